import type { ClaimsBag, KeyPort, RestfulMetadata } from "@vestibule/engine";
import type { Policy, TechnicalProfile } from "@vestibule/policy";
import type { Proof } from "../strangers.ts";
import type { NeededClaim } from "./needed-claims.ts";
import type { Place } from "./places.ts";

/** A RESTful technical profile as its policy has it, and the address of the API under test. */
export interface ProfileTestSetting {
  readonly policy: Policy;
  /** With the address to call as its `ServiceUrl`. */
  readonly profile: TechnicalProfile;
  readonly metadata: RestfulMetadata;
  readonly places: readonly Place[];
  readonly needed: readonly NeededClaim[];
  /** Ids of claims that live inside a form only: a step of its own has none of them. */
  readonly passwords: ReadonlySet<string>;
  /** Values that stand in every case where the case does not leave them out. */
  readonly claims: ClaimsBag;
  /** Values that the API is to refuse, each by itself. */
  readonly refused: readonly ClaimsBag[];
  readonly keys: KeyPort;
  readonly tenant: { readonly extensionsAppId: string; readonly defaultDomain: string };
  /** PEM texts of authorities that are trusted beside the public ones. */
  readonly certificateAuthorities: readonly string[];
}

/** With what the server proves itself, as the profile's metadata says. */
export function proofOf({ authentication, trust, serviceUrl }: RestfulMetadata): Proof {
  const rest = { isSigned: trust.signature !== undefined, hasQuery: serviceUrl.includes("?") };
  switch (authentication.kind) {
    case "None":
      return { kind: "none", ...rest };
    case "Basic":
      return { kind: "basic", ...rest };
    case "ClientCertificate":
      return { kind: "clientCertificate", ...rest };
    case "ApiKeyHeader":
      return { kind: "apiKeyHeader", header: authentication.header, ...rest };
    case "Bearer":
    case "ClientCredentials":
      return { kind: "bearer", ...rest };
  }
}
