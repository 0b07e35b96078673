import type { TechnicalProfile } from "@vestibule/policy";
import { type MetadataReader, oneOf, ownPrefix, type Reading } from "./metadata-reader.ts";

/** What proves to the API who calls. Keys are storage reference ids. */
export type Authentication =
  | { readonly kind: "None"; readonly allowedInProduction: boolean }
  | { readonly kind: "Basic"; readonly username: string; readonly password: string }
  | { readonly kind: "ClientCertificate"; readonly key: string }
  | { readonly kind: "ApiKeyHeader"; readonly header: string; readonly key: string }
  | { readonly kind: "Bearer"; readonly claim?: string; readonly key?: string }
  | ClientCredentials;

/** OAuth 2.0 client credentials (RFC 6749 section 4.4): the token is fetched once and used until it expires. */
export interface ClientCredentials {
  readonly kind: "ClientCredentials";
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly key: string;
  readonly scope?: string;
  /** How client id and secret are sent. */
  readonly method: "basic" | "post";
}

export const headerName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;

/** The storage reference id of a profile's cryptographic key. */
export function keyReference(profile: TechnicalProfile, id: string): string | undefined {
  return profile.cryptographicKeys.find((entry) => entry.id.toLowerCase() === id.toLowerCase())
    ?.storageReferenceId;
}

export function readAuthentication(item: MetadataReader, profile: TechnicalProfile): Reading<Authentication> {
  const known = ["None", "Basic", "Bearer", "ClientCertificate", "ApiKeyHeader"] as const;
  if (!item.text("AuthenticationType")) {
    return { problem: item.problem("PL303", "metadata item 'AuthenticationType' is missing (AADB2C90023).") };
  }
  const kind = oneOf(item, "AuthenticationType", known, "None", "AADB2C90024");
  if ("problem" in kind) return kind;
  const missing = (id: string) => ({
    problem: item.problem("PL314", `the required cryptographic key '${id}' is missing (AADB2C90025).`),
  });
  switch (kind.value) {
    case "None": {
      const allowed = item.boolean("AllowInsecureAuthInProduction", false);
      return "problem" in allowed ? allowed : { value: { kind: "None", allowedInProduction: allowed.value } };
    }
    case "Basic": {
      const username = keyReference(profile, "BasicAuthenticationUsername");
      const password = keyReference(profile, "BasicAuthenticationPassword");
      if (!username) return missing("BasicAuthenticationUsername");
      if (!password) return missing("BasicAuthenticationPassword");
      return { value: { kind: "Basic", username, password } };
    }
    case "ClientCertificate": {
      const certificate = keyReference(profile, "ClientCertificate");
      return certificate
        ? { value: { kind: "ClientCertificate", key: certificate } }
        : missing("ClientCertificate");
    }
    case "ApiKeyHeader": {
      // The key's id is the name of the header, and there is exactly one (B3); ours have names of their own.
      const [only, ...others] = profile.cryptographicKeys.filter(
        ({ id }) => !id.toLowerCase().startsWith(ownPrefix),
      );
      if (!only) return missing("x-functions-key");
      if (others.length > 0 || !headerName.test(only.id)) {
        return {
          problem: item.problem(
            "PL314",
            "authentication type 'ApiKeyHeader' takes exactly one cryptographic key, and its id must be a header name.",
            "Further headers are cryptographic keys with the id 'vestibule.header.NAME'.",
          ),
        };
      }
      return { value: { kind: "ApiKeyHeader", header: only.id, key: only.storageReferenceId } };
    }
    case "Bearer": {
      if (item.text("vestibule.tokenEndpoint")) return readClientCredentials(item, profile);
      // Both may be given: the claim wins (U34). Neither is known only at the call (AADB2C90192).
      const claim = item.text("UseClaimAsBearerToken");
      const token = keyReference(profile, "BearerAuthenticationToken");
      return { value: { kind: "Bearer", ...(claim && { claim }), ...(token && { key: token }) } };
    }
  }
}

function readClientCredentials(item: MetadataReader, profile: TechnicalProfile): Reading<Authentication> {
  const tokenEndpoint = item.text("vestibule.tokenEndpoint") ?? "";
  const parsed = URL.canParse(tokenEndpoint) ? new URL(tokenEndpoint) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username !== "" || parsed.hash !== "") {
    return {
      problem: item.unfit(
        "vestibule.tokenEndpoint",
        "an absolute https address without user name and fragment",
      ),
    };
  }
  const clientId = item.text("vestibule.clientId");
  const key = keyReference(profile, "vestibule.ClientSecret");
  if (!clientId)
    return {
      problem: item.problem(
        "PL303",
        "metadata item 'vestibule.clientId' is missing beside the token endpoint.",
      ),
    };
  if (!key) {
    return {
      problem: item.problem(
        "PL314",
        "the cryptographic key 'vestibule.ClientSecret' is missing beside the token endpoint.",
      ),
    };
  }
  const method = oneOf(item, "vestibule.clientAuthentication", ["basic", "post"] as const, "basic");
  if ("problem" in method) return method;
  const scope = item.text("vestibule.scope");
  return {
    value: {
      kind: "ClientCredentials",
      tokenEndpoint,
      clientId,
      key,
      ...(scope && { scope }),
      method: method.value,
    },
  };
}
