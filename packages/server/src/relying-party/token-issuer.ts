import type { TokenIssuer } from "@vestibule/engine";
import type { TechnicalProfile } from "@vestibule/policy";
import type { Tenant, TenantPolicy } from "../tenant/tenant.ts";

/** `iss` of tokens, and of the metadata document: protocol.md 6.2. It follows the host of the request. */
export function issuerUri(
  origin: string,
  tenant: Tenant,
  policyId: string,
  pattern: TokenIssuer["issuanceClaimPattern"],
): string {
  switch (pattern) {
    case "AuthorityAndTenantGuid":
      return `${origin}/${tenant.id}/v2.0/`;
    case "AuthorityWithTfp":
      return `${origin}/tfp/${tenant.id}/${policyId.toLowerCase()}/v2.0/`;
  }
}

/** The issuer of a policy as its metadata document shows it, before any journey has run. */
export interface PublishedIssuer {
  readonly pattern: TokenIssuer["issuanceClaimPattern"];
  readonly signingKeyContainer?: string;
}

/** That of the default journey's tokens, which clients compare it with. A policy that issues none shows the defaults. */
export function publishedIssuer({ program: { issuer } }: TenantPolicy): PublishedIssuer {
  return {
    pattern: issuer?.issuanceClaimPattern ?? "AuthorityAndTenantGuid",
    ...(issuer?.signingKeyContainer !== undefined && { signingKeyContainer: issuer.signingKeyContainer }),
  };
}

export function metadataOf(profile: TechnicalProfile | undefined, key: string): string | undefined {
  const entry = Object.entries(profile?.metadata ?? {}).find(
    ([name]) => name.toLowerCase() === key.toLowerCase(),
  );
  return entry?.[1];
}
