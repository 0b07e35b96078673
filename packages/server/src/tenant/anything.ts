import type { shapes } from "@vestibule/user-flows";

/** A member of a Graph resource that is stored there and means nothing here (directory-and-graph.md 12.1). */
export const anything: shapes.Shape<unknown> = { name: "any value", nullable: true, read: () => true };
