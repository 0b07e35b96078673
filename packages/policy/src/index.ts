export * from "./diagnostic.ts";
export * from "./model.ts";
