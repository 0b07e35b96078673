import { readJson } from "../claims/dotnet/json.ts";
import type { AlternativeSecurityId } from "../claims/value.ts";
import { alternativeSecurityId } from "../profiles/directory/names.ts";
import { type ClaimSlot, type Family, output, runtime, string, stringCollection } from "./transformation.ts";

const alternativeSecurityIds: ClaimSlot = { types: ["alternativeSecurityIdCollection"] };
const userIdentity: ClaimSlot = { types: ["userIdentity"] };
const userIdentities: ClaimSlot = { types: ["userIdentityCollection"] };

/** Social accounts and user identities. Source: claims-transformations.md 5.7. */
export const identityTransformations: Family = {
  CreateAlternativeSecurityId: {
    summary: "The text by which the directory knows a social account.",
    inputs: { key: string, identityProvider: string },
    parameters: {},
    outputs: { alternativeSecurityId: string },
    run: (input) =>
      output({
        alternativeSecurityId: alternativeSecurityId(input.text("identityProvider"), input.text("key")),
      }),
  },

  AddItemToAlternativeSecurityIdCollection: {
    summary: "Adds a social account to a collection, unless it is in it already.",
    inputs: {
      item: { types: ["string"], aliases: ["Element"] },
      collection: { ...alternativeSecurityIds, mayBeAbsent: true },
    },
    parameters: {},
    outputs: { collection: alternativeSecurityIds },
    run(input) {
      const item = parseItem(input.text("item"));
      if (!item) return runtime("item is no alternative security id");
      const collection = input.alternativeSecurityIds("collection");
      const known = collection.some(
        (other) => other.identityProvider === item.identityProvider && other.key === item.key,
      );
      return output({ collection: known ? collection : [...collection, item] });
    },
  },

  GetIdentityProvidersFromAlternativeSecurityIdCollectionTransformation: {
    summary: "The identity providers of a collection of social accounts.",
    inputs: { alternativeSecurityIdCollection: alternativeSecurityIds },
    parameters: {},
    outputs: { identityProvidersCollection: stringCollection },
    run(input) {
      const ids = input.alternativeSecurityIds("alternativeSecurityIdCollection");
      return output({ identityProvidersCollection: ids.map(({ identityProvider }) => identityProvider) });
    },
  },

  RemoveAlternativeSecurityIdByIdentityProvider: {
    summary: "Takes the social accounts of one identity provider out of a collection.",
    inputs: { identityProvider: string, collection: alternativeSecurityIds },
    parameters: {},
    outputs: { collection: alternativeSecurityIds },
    run(input) {
      const provider = input.text("identityProvider");
      const ids = input.alternativeSecurityIds("collection");
      return output({ collection: ids.filter(({ identityProvider }) => identityProvider !== provider) });
    },
  },

  CreateUserIdentity: {
    summary: "An identity of an issuer and the user's id there.",
    inputs: { issuerUserId: string, issuer: string },
    parameters: {},
    outputs: { userIdentity },
    run: (input) =>
      output({ userIdentity: { issuer: input.text("issuer"), issuerUserId: input.text("issuerUserId") } }),
  },

  AddItemToUserIdentityCollection: {
    summary: "Adds an identity to a collection, unless it is in it already.",
    inputs: { item: userIdentity, collection: { ...userIdentities, mayBeAbsent: true } },
    parameters: {},
    outputs: { collection: userIdentities },
    run(input) {
      const [item] = input.userIdentities("item");
      if (!item) return runtime("item is no identity");
      const collection = input.userIdentities("collection");
      const known = collection.some(
        (other) => other.issuer === item.issuer && other.issuerUserId === item.issuerUserId,
      );
      return output({ collection: known ? collection : [...collection, item] });
    },
  },

  GetIssuersFromUserIdentityCollectionTransformation: {
    summary: "The issuers of a collection of identities.",
    inputs: { userIdentityCollection: userIdentities },
    parameters: {},
    outputs: { issuersCollection: stringCollection },
    run: (input) =>
      output({
        issuersCollection: input.userIdentities("userIdentityCollection").map(({ issuer }) => issuer),
      }),
  },

  RemoveUserIdentityFromCollectionByIssuer: {
    summary: "Takes the identities of one issuer out of a collection.",
    inputs: { issuer: string, collection: userIdentities },
    parameters: {},
    outputs: { collection: userIdentities },
    run(input) {
      const issuer = input.text("issuer");
      return output({
        collection: input.userIdentities("collection").filter((item) => item.issuer !== issuer),
      });
    },
  },
};

/** The form of real tokens, and the one of the documentation. */
function parseItem(item: string): AlternativeSecurityId | undefined {
  const reading = readJson(item);
  if (reading.kind === "invalid" || reading.node.kind !== "object") return undefined;
  const { members } = reading.node;
  const member = (...names: readonly string[]) => {
    const node = names.map((name) => members.get(name)).find((found) => found !== undefined);
    return node?.kind === "string" ? node.value : undefined;
  };
  const identityProvider = member("identityProvider", "issuer");
  const key = member("key", "issuerUserId");
  const type = members.get("type");
  if (identityProvider === undefined || key === undefined) return undefined;
  return { type: type?.kind === "number" ? Number(type.text) : 6, identityProvider, key };
}
