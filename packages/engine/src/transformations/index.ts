import { booleanTransformations, dateTransformations } from "./boolean-and-date.ts";
import { collectionTransformations } from "./collection.ts";
import { stringTransformations } from "./string.ts";
import type { Method } from "./transformation.ts";

const methods: ReadonlyMap<string, Method> = new Map(
  Object.entries({
    ...stringTransformations,
    ...booleanTransformations,
    ...dateTransformations,
    ...collectionTransformations,
  }).map(([name, method]) => [name.toLowerCase(), method]),
);

/** The transformation method of that name, without regard to case; undefined where it is not supported. */
export function transformationMethod(name: string): Method | undefined {
  return methods.get(name.toLowerCase());
}

export const transformationMethodNames: readonly string[] = [
  ...Object.keys(stringTransformations),
  ...Object.keys(booleanTransformations),
  ...Object.keys(dateTransformations),
  ...Object.keys(collectionTransformations),
];
