import { createHash, randomBytes } from "node:crypto";
import type { ServerContext } from "../context.ts";
import type { Form } from "../interaction/form.ts";
import type { Application, Tenant, TenantPolicy } from "../tenant/tenant.ts";

/** One press of Run now: which policy, for which application, and where its answer goes. */
export interface Run {
  readonly tenant: Tenant;
  readonly policy: TenantPolicy;
  readonly application: Application;
  readonly redirectUri: string;
  /** What the person filled in of `prompt`, `ui_locales`, `login_hint`, `domain_hint`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What an authorization code with PKCE needs from the request to the redemption: RFC 7636. */
export interface RunProof {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export const prompts = ["login", "none", "select_account", "consent"] as const;

/** Names of a run's own parameters in a form and in the authorization request. */
const parameterNames = ["prompt", "ui_locales", "login_hint", "domain_hint"] as const;

/** Applications that can run a policy, with the addresses to which they may be answered. */
export function runnable(tenant: Tenant): readonly Application[] {
  return tenant.applications.filter(({ enabled, redirectUris }) => enabled && redirectUris.length > 0);
}

/** Value of one choice in the form: client id and redirect URI, of which the first holds no space. */
export function targetValue(application: Application, redirectUri: string): string {
  return `${application.clientId} ${redirectUri}`;
}

/** Reads the form of `/dev`. Gives a sentence where it names something that is not there (any more). */
export function readRun(context: ServerContext, form: Form): Run | { readonly problem: string } {
  const tenant = context.tenants.find(form.get("tenant") ?? "");
  if (!tenant) return { problem: "There is no such tenant any more." };
  const policy = tenant.policies.get((form.get("policy") ?? "").toLowerCase());
  if (!policy) return { problem: `${tenant.displayName} has no such policy any more.` };
  const target = form.get("target") ?? "";
  for (const application of runnable(tenant)) {
    for (const { uri } of application.redirectUris) {
      if (targetValue(application, uri) !== target) continue;
      const parameters: Record<string, string> = {};
      for (const name of parameterNames) {
        const value = form.get(name)?.trim() ?? "";
        if (value !== "") parameters[name] = value;
      }
      return { tenant, policy, application, redirectUri: uri, parameters };
    }
  }
  return { problem: `${tenant.displayName} has no such application or reply URL any more.` };
}

const samplePath = "/app/callback";

/** The address of the sample application that starts this run; undefined where the answer goes to somebody else. */
export function sampleAddress(run: Run): { readonly origin: string; readonly path: string } | undefined {
  if (!URL.canParse(run.redirectUri)) return undefined;
  const { origin, pathname, protocol } = new URL(run.redirectUri);
  if (pathname.toLowerCase() !== samplePath || !/^https?:$/.test(protocol)) return undefined;
  const query = new URLSearchParams({
    policy: run.policy.id,
    client: run.application.clientId,
    tenant: run.tenant.defaultDomain,
    ...run.parameters,
  });
  return { origin, path: `/app/login?${query}` };
}

export function makeProof(): RunProof {
  const random = (bytes: number) => randomBytes(bytes).toString("base64url");
  return { state: random(16), nonce: random(16), verifier: random(32) };
}

/** The authorization request of a run, as the application itself would send it: code with PKCE S256. */
export function authorizationRequest(run: Run, proof: RunProof): Readonly<Record<string, string>> {
  return {
    client_id: run.application.clientId,
    response_type: "code",
    redirect_uri: run.redirectUri,
    response_mode: "query",
    scope: "openid offline_access",
    state: proof.state,
    nonce: proof.nonce,
    code_challenge: createHash("sha256").update(proof.verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...run.parameters,
  };
}

/** Path of one of the policy's endpoints. */
export function policyPath({ tenant, policy }: Pick<Run, "tenant" | "policy">, rest: string): string {
  return `/${encodeURIComponent(tenant.defaultDomain)}/${encodeURIComponent(policy.id)}/${rest}`;
}
