import type { TechnicalProfile } from "@vestibule/policy";
import { metadataItem } from "../claims/mapping.ts";

/** Whom the profile believes: a provider with published keys, or who holds a shared secret. */
export interface HintMetadata {
  /** `{tenant}` and `{policy}` are still in it. */
  readonly metadata?: string;
  readonly secretKey?: string;
  readonly issuer?: string;
  readonly audience?: string;
}

/** Source: technical-profiles.md 15; journeys.md 12.2. */
export function readHintMetadata(profile: TechnicalProfile): HintMetadata | { readonly missing: string } {
  const item = (key: string) => {
    const text = metadataItem(profile.metadata, key);
    return text === "" ? undefined : text;
  };
  const metadata = item("METADATA");
  const issuer = item("issuer");
  const audience = item("IdTokenAudience");
  const named = { ...(issuer !== undefined && { issuer }), ...(audience !== undefined && { audience }) };
  if (metadata !== undefined) return { metadata, ...named };
  const key = profile.cryptographicKeys.find(({ id }) => id.toLowerCase() === "client_secret");
  if (!key) return { missing: "client_secret" };
  if (issuer === undefined) return { missing: "issuer" };
  if (audience === undefined) return { missing: "IdTokenAudience" };
  return { secretKey: key.storageReferenceId, ...named };
}
