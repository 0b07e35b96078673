import { ageGatingTransformations } from "./age-gating.ts";
import { booleanTransformations } from "./boolean.ts";
import { collectionTransformations } from "./collection.ts";
import { dateTransformations } from "./date-and-time.ts";
import { generalTransformations } from "./general.ts";
import { identityTransformations } from "./identity.ts";
import { integerTransformations } from "./integer.ts";
import { jsonTransformations } from "./json.ts";
import { lookUpTransformations } from "./look-up.ts";
import { phoneNumberTransformations } from "./phone-number.ts";
import { stringTransformations } from "./string.ts";
import { stringComparisonTransformations } from "./string-comparison.ts";
import type { Family, Method } from "./transformation.ts";

/** Every method, by family, in the order of the documentation. */
export const transformationFamilies: Readonly<Record<string, Family>> = {
  Boolean: booleanTransformations,
  "Date and time": dateTransformations,
  General: generalTransformations,
  Integer: integerTransformations,
  JSON: jsonTransformations,
  "Phone number": phoneNumberTransformations,
  "Social accounts and identities": identityTransformations,
  String: stringTransformations,
  "String comparison": stringComparisonTransformations,
  "Look-up and localization": lookUpTransformations,
  "String collection": collectionTransformations,
  "Age gating": ageGatingTransformations,
};

const methods: ReadonlyMap<string, Method> = new Map(
  Object.values(transformationFamilies)
    .flatMap((family) => Object.entries(family))
    .flatMap(([name, method]) =>
      [name, ...(method.aliases ?? [])].map((spelling) => [spelling.toLowerCase(), method] as const),
    ),
);

/** The transformation method of that name, without regard to case; undefined where there is none. */
export function transformationMethod(name: string): Method | undefined {
  return methods.get(name.toLowerCase());
}

export const transformationMethodNames: readonly string[] = Object.values(transformationFamilies).flatMap(
  (family) => Object.entries(family).flatMap(([name, { aliases }]) => [name, ...(aliases ?? [])]),
);
