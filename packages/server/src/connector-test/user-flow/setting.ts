import type { AttributeDataType, ConnectorPreset, CustomAttributeFacts } from "@vestibule/user-flows";
import type { Proof } from "../strangers.ts";

/** What proves to the API who calls; secrets are read already. */
export type TestCredentials =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "apiKeyHeader"; readonly header: string; readonly key: string }
  | { readonly kind: "clientCertificate"; readonly pem: string };

/** Attribute by its bare name → value. */
export type Claims = Readonly<Record<string, string | number | boolean>>;

/** What the person at the command line settled for every case. */
export interface TestSetting {
  readonly url: string;
  readonly credentials: TestCredentials;
  /** Shared key with which requests are signed. */
  readonly signingKey?: string;
  /** Custom attributes of the imagined tenant. */
  readonly attributes: readonly Pick<CustomAttributeFacts, "name" | "dataType">[];
  /** Bare names of those that take lists and objects, and are sent as JSON. */
  readonly jsonClaims?: readonly string[];
  /** JSON text of the request's template; absent = the flat body of the contract. */
  readonly requestTemplate?: string;
  /** Values that stand in every case where the case does not vary them. */
  readonly claims: Claims;
  /** Values that the API is to refuse, each by itself. */
  readonly refused: readonly Claims[];
  readonly extensionsAppId: string;
  readonly preset: ConnectorPreset;
  /** PEM texts of authorities that are trusted beside the public ones. */
  readonly certificateAuthorities: readonly string[];
}

/** What an attribute holds that is sent as JSON. */
export const sampleJson = '{"list":["a",{"deep":null}],"number":1.5}';

/** A value of each type, for attributes that nobody gave one. */
export const sampleValues: Readonly<Record<AttributeDataType, string | number | boolean>> = {
  string: "123456",
  int64: 42,
  boolean: true,
  stringCollection: "a",
  dateTime: "2026-01-31",
};

/** With what the server proves itself under this setting. */
export function proofOf({ credentials, signingKey, url }: TestSetting): Proof {
  return {
    kind: credentials.kind,
    ...(credentials.kind === "apiKeyHeader" && { header: credentials.header }),
    isSigned: signingKey !== undefined,
    hasQuery: new URL(url).search !== "",
  };
}
