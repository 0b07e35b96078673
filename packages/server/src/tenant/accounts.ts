import type { AccountIdentity, NewAccount } from "@vestibule/engine";
import { type CustomAttributeFacts, type JsonReading, shapes } from "@vestibule/user-flows";

const { dictionary, flag, listOf, maybe, object, optional, required, text } = shapes;

const scalar: shapes.Shape<string | number | boolean | readonly string[]> = {
  name: "a string, a number, true, false or a list of strings",
  read(node, path, reading) {
    if (node.type === "string" || node.type === "number" || node.type === "boolean")
      return node.value as string | number | boolean;
    if (node.type === "array") return listOf(text()).read(node, path, reading);
    reading.report("TN002", "error", path, `Expected ${scalar.name}.`);
    return undefined;
  },
};

/** `accounts.json`: demonstration accounts in Graph's form, created once in development mode. */
export const accountsShape = listOf(
  object({
    identities: required(
      listOf(
        object({ signInType: required(text()), issuer: maybe(text()), issuerAssignedId: required(text()) }),
      ),
    ),
    accountEnabled: optional(flag, true),
    passwordProfile: maybe(
      object({ password: required(text()), forceChangePasswordNextSignIn: optional(flag, false) }),
    ),
    passwordPolicies: optional(text(), "DisablePasswordExpiration"),
    /** Attribute name (`displayName`, `extension_<Name>`) → value. */
    attributes: optional(dictionary(scalar), {}),
  }),
);

type AccountDocument = shapes.Shaped<typeof accountsShape>[number];

const userAttributes = new Set(
  "displayName givenName surname jobTitle streetAddress city postalCode state country otherMails strongAuthenticationEmailAddress".split(
    " ",
  ),
);

export function readAccount(
  document: AccountDocument,
  path: string,
  reading: JsonReading,
  tenant: {
    readonly defaultDomain: string;
    readonly extensionsAppId: string;
    readonly customAttributes: readonly CustomAttributeFacts[];
  },
): NewAccount {
  const attributes: Record<string, string | number | boolean | readonly string[]> = {
    displayName: "unknown",
  };
  for (const [name, value] of Object.entries(document.attributes)) {
    const custom = /^extension_(?:[0-9a-f]{32}_)?(.+)$/i.exec(name)?.[1];
    const known = tenant.customAttributes.find((each) => each.name.toLowerCase() === custom?.toLowerCase());
    if (known) attributes[`extension_${tenant.extensionsAppId}_${known.name}`] = value;
    else if (userAttributes.has(name)) attributes[name] = value;
    else {
      reading.report(
        "TN060",
        "error",
        `${path}.attributes.${name}`,
        `The tenant has no attribute '${name}'.`,
        {
          hint: "A custom attribute is written extension_<Name>.",
        },
      );
    }
  }
  if (document.identities.length === 0) {
    reading.report("TN060", "error", `${path}.identities`, "An account needs at least one identity.", {
      hint: "For example an emailAddress.",
    });
  }
  const { passwordProfile } = document;
  return {
    identities: document.identities.map(
      (identity): AccountIdentity => ({ ...identity, issuer: identity.issuer ?? tenant.defaultDomain }),
    ),
    attributes,
    accountEnabled: document.accountEnabled,
    passwordPolicies: document.passwordPolicies,
    ...(passwordProfile && {
      password: passwordProfile.password,
      forceChangePasswordNextSignIn: passwordProfile.forceChangePasswordNextSignIn,
    }),
  };
}
