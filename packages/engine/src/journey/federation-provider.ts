import type { AssertionKey, IdentityProvider } from "../ports.ts";
import { chooseCertificate } from "../profiles/restful/index.ts";
import type { CompiledProfile } from "../program/compiled-profile.ts";
import type { Run } from "./run.ts";

export type ProviderProfile = Extract<CompiledProfile, { kind: "identityProvider" }>;

/** The provider as its profile describes it, with placeholders filled and keys read. */
export async function providerOf(run: Run, { metadata }: ProviderProfile): Promise<IdentityProvider> {
  const { clientSecretKey, assertionKey, usePolicyInRedirectUri, template } = metadata;
  const secret = clientSecretKey === undefined ? undefined : await run.ports.keys.secret(clientSecretKey);
  const signing = assertionKey && (await signingKey(run, assertionKey));
  return {
    ...filled(run, template),
    ...(secret !== undefined && { clientSecret: secret }),
    ...(signing && { assertionKey: signing }),
    redirectUri: redirectUriOf(run, usePolicyInRedirectUri),
  };
}

/** `{tenant}` and `{policy}` in every text (technical-profiles.md 1.3). */
function filled<Template>(run: Run, template: Template): Template {
  const fill = (text: string) =>
    text.replaceAll("{tenant}", run.ports.directory.defaultDomain).replaceAll("{policy}", run.state.policyId);
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return fill(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
    return value;
  };
  return walk(template) as Template;
}

async function signingKey(
  run: Run,
  { reference, algorithm }: { readonly reference: string; readonly algorithm: AssertionKey["algorithm"] },
): Promise<AssertionKey | undefined> {
  const certificates = await run.ports.keys.certificates(reference);
  const chosen = chooseCertificate(certificates, Math.floor(run.ports.clock.now() / 1000));
  return chosen && { privateKey: chosen.privateKey, certificate: chosen.certificate, algorithm };
}

/** All in lower case; the tenant as the request named it (technical-profiles.md 21.4). */
function redirectUriOf(run: Run, withPolicy: boolean): string {
  const { request, policyId, tenantId } = run.state;
  const byGuid = request.tenantSegment.toLowerCase() === tenantId.toLowerCase();
  const tenant = byGuid ? tenantId : run.ports.directory.defaultDomain;
  const path = withPolicy ? `${tenant}/${policyId}` : tenant;
  return `${request.origin}/${path.toLowerCase()}/oauth2/authresp`;
}
