import type { ClaimValue } from "../claims/value.ts";
import type { Method } from "./transformation.ts";

const items = (value: ClaimValue | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);

export const collectionTransformations: Readonly<Record<string, Method>> = {
  AddItemToStringCollection(input) {
    const item = input.text("item");
    const collection = input.claim("collection");
    if (item === undefined) return { kind: "claims", claims: collection === undefined ? {} : { collection } };
    const existing = items(collection);
    return {
      kind: "claims",
      claims: { collection: existing.includes(item) ? existing : [...existing, item] },
    };
  },

  GetSingleItemFromStringCollection(input) {
    const [first] = items(input.claim("collection"));
    return { kind: "claims", claims: first === undefined ? {} : { extractedItem: first } };
  },
};
