import { textsAreEqual } from "../claims/dotnet/text.ts";
import type { TransformationInput } from "./input.ts";
import {
  boolean,
  type Family,
  nothing,
  optionalString,
  optionalStringCollection,
  output,
  requiredIgnoreCase,
  string,
  stringCollection,
  text,
} from "./transformation.ts";

/** Source: claims-transformations.md 5.11. */
export const collectionTransformations: Family = {
  AddItemToStringCollection: {
    summary: "Adds a text to a collection, unless it is in it already.",
    inputs: { item: { ...optionalString, aliases: ["Element"] }, collection: optionalStringCollection },
    parameters: {},
    outputs: { collection: stringCollection },
    run(input) {
      if (input.has("item")) return added(input, input.text("item"));
      return input.has("collection") ? output({ collection: input.items("collection") }) : nothing;
    },
  },

  AddParameterToStringCollection: {
    summary: "Adds a fixed text to a collection, unless it is in it already.",
    inputs: { collection: optionalStringCollection },
    parameters: { item: text },
    outputs: { collection: stringCollection },
    run: (input) => added(input, input.parameter("item")),
  },

  GetSingleItemFromStringCollection: {
    summary: "The first element of a collection.",
    inputs: { collection: optionalStringCollection },
    parameters: {},
    outputs: { extractedItem: string },
    run(input) {
      const [first] = input.items("collection");
      return first === undefined ? nothing : output({ extractedItem: first });
    },
  },

  StringCollectionContains: {
    summary: "True where a collection has a fixed text as an element.",
    inputs: { inputClaim: optionalStringCollection },
    parameters: { item: text, ignoreCase: requiredIgnoreCase },
    outputs: { outputClaim: boolean },
    run: (input) => output({ outputClaim: contains(input, "inputClaim", input.parameter("item")) }),
  },

  StringCollectionContainsClaim: {
    summary: "True where a collection has a claim's text as an element.",
    inputs: { collection: optionalStringCollection, item: optionalString },
    parameters: { ignoreCase: requiredIgnoreCase },
    outputs: { outputClaim: boolean },
    run: (input) =>
      output({ outputClaim: input.has("item") && contains(input, "collection", input.text("item")) }),
  },
};

function added(input: TransformationInput, item: string) {
  const collection = input.items("collection");
  return output({ collection: collection.includes(item) ? collection : [...collection, item] });
}

function contains(input: TransformationInput, collection: string, item: string): boolean {
  return input.items(collection).some((element) => textsAreEqual(element, item, input.ignoringCase));
}
