import { readFileSync } from "node:fs";
import { formatDiagnostic } from "../diagnostic.ts";
import { IdMap, type Policy } from "../model.ts";
import { loadPolicies, type PolicyOptions } from "../policy-set.ts";

/** Policy files as texts, for tests that say only what matters to them. */

const encoder = new TextEncoder();

export const bytesOf = (text: string): Uint8Array => encoder.encode(text);

/** A file of its own text; `base` names its base policy. */
export function policyText(id: string, content: string, base?: string, attributes = ""): string {
  const basePolicy = base
    ? `<BasePolicy><TenantId>contoso.onmicrosoft.com</TenantId><PolicyId>B2C_1A_${base}</PolicyId></BasePolicy>`
    : "";
  return `<?xml version="1.0" encoding="utf-8"?>
<TrustFrameworkPolicy xmlns="http://schemas.microsoft.com/online/cpim/schemas/2013/06" PolicySchemaVersion="0.3.0.0"
    TenantId="contoso.onmicrosoft.com" PolicyId="B2C_1A_${id}" PublicPolicyUri="http://contoso.onmicrosoft.com/B2C_1A_${id}"${attributes}>
${basePolicy}${content}
</TrustFrameworkPolicy>`;
}

export const relyingParty = (outputs = "", journey = "SignUpOrSignIn") => `<RelyingParty>
  <DefaultUserJourney ReferenceId="${journey}" />
  <TechnicalProfile Id="PolicyProfile"><Protocol Name="OpenIdConnect" />
    <OutputClaims><OutputClaim ClaimTypeReferenceId="objectId" PartnerClaimType="sub" />${outputs}</OutputClaims>
    <SubjectNamingInfo ClaimType="sub" /></TechnicalProfile>
</RelyingParty>`;

export const schema = (types: string) =>
  `<BuildingBlocks><ClaimsSchema>${types}</ClaimsSchema></BuildingBlocks>`;

export const provider = (profiles: string, head = "") =>
  `<ClaimsProviders><ClaimsProvider>${head}<TechnicalProfiles>${profiles}</TechnicalProfiles></ClaimsProvider></ClaimsProviders>`;

export const base = readFileSync(new URL("../../test/good/B2C_1A_Base.xml", import.meta.url));

/** Loads texts, file name → text, beside the good base. */
export function load(texts: Readonly<Record<string, string>>, options: PolicyOptions = {}) {
  const files = Object.entries(texts).map(([file, text]) => ({ file, bytes: bytesOf(text) }));
  return loadPolicies([{ file: "B2C_1A_Base.xml", bytes: base }, ...files], options);
}

/** The one relying-party policy made of layers over the good base, the last of them the relying party's. */
export function layered(...contents: readonly string[]): Policy {
  const texts = contents.map((content, index) => {
    const last = index === contents.length - 1;
    const text = policyText(
      last ? "Leaf" : `Layer${index}`,
      last ? `${content}${relyingParty()}` : content,
      index === 0 ? "Base" : `Layer${index - 1}`,
    );
    return [`${index}.xml`, text];
  });
  const { policies, diagnostics } = load(Object.fromEntries(texts));
  const policy = policies.get("B2C_1A_Leaf");
  if (!policy) throw new Error(diagnostics.map(formatDiagnostic).join("\n"));
  return policy;
}

/** The model as plain data without places, maps sorted by id: what round trips compare. */
export function plain(value: unknown): unknown {
  if (value instanceof IdMap)
    return Object.fromEntries(
      [...value]
        .map(([id, each]) => [id.toLowerCase(), plain(each)] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== "at" && name !== "references")
      .map(([name, each]) => [name, plain(each)]),
  );
}
