import type { StoredCertificate } from "../../ports.ts";
import type { ClientCredentials } from "./authentication.ts";
import { accessToken } from "./client-credentials.ts";
import type { Credentials, Fault, RestfulContext } from "./exchange.ts";
import { secretClaimsOf, withoutSecrets } from "./redaction.ts";
import { isHeaderText } from "./trust.ts";

/**
 * The certificate to present at `now` (Unix seconds): the most recently uploaded one whose validity covers it. Asked
 * at every call, so that an old and a new certificate can stand side by side (api-connectors.md A6).
 */
export function chooseCertificate<C extends Pick<StoredCertificate, "uploaded" | "notBefore" | "notAfter">>(
  certificates: readonly C[],
  now: number,
): C | undefined {
  let chosen: C | undefined;
  for (const certificate of certificates) {
    if (certificate.notBefore > now || certificate.notAfter < now) continue;
    if (!chosen || certificate.uploaded >= chosen.uploaded) chosen = certificate;
  }
  return chosen;
}

/** Finds what the call must prove itself with, or why it must not go out (api-connectors.md B3). */
export async function findCredentials(
  context: RestfulContext,
): Promise<Credentials | { readonly fault: Fault }> {
  const refusal = insecurityOf(context);
  if (refusal) return { fault: refusal };
  const { authentication } = context.metadata;
  switch (authentication.kind) {
    case "None":
      return { headers: {}, secrets: [] };
    case "Basic": {
      // One after the other: nearly always they are in memory, where waiting for both costs more.
      const username = await context.ports.keys.secret(authentication.username);
      const password = await context.ports.keys.secret(authentication.password);
      if (username === undefined) return { fault: noValidKey(context, authentication.username) };
      if (password === undefined) return { fault: noValidKey(context, authentication.password) };
      const encoded = Buffer.from(`${username}:${password}`, "utf8").toString("base64");
      return { headers: { authorization: `Basic ${encoded}` }, secrets: [password, encoded] };
    }
    case "ClientCertificate": {
      const certificates = await context.ports.keys.certificates(authentication.key);
      const chosen = chooseCertificate(certificates, Math.floor(context.ports.clock.now() / 1000));
      if (!chosen) {
        const detail = `AADB2C90028: none of the ${certificates.length} certificates of '${authentication.key}' is valid now; the request was not sent.`;
        return { fault: { kind: "transport", failure: "unsent", detail } };
      }
      return { headers: {}, clientCertificate: chosen, secrets: [] };
    }
    case "ApiKeyHeader": {
      const key = await context.ports.keys.secret(authentication.key);
      if (key === undefined) return { fault: noValidKey(context, authentication.key) };
      if (!isHeaderText(key)) return { fault: unusableHeader(authentication.key) };
      return { headers: { [authentication.header]: key }, secrets: [key] };
    }
    case "Bearer":
      return bearer(context, authentication);
    case "ClientCredentials":
      return tokenCredentials(context, authentication);
  }
}

async function tokenCredentials(
  context: RestfulContext,
  authentication: ClientCredentials,
  not?: string,
): Promise<Credentials | { readonly fault: Fault }> {
  const answer = await accessToken(context, authentication, not);
  if ("fault" in answer) return answer;
  const { token, cached } = answer;
  return {
    headers: { authorization: `Bearer ${token}` },
    secrets: [token],
    // A token out of memory may have been revoked since; a fresh one that is refused stays refused.
    ...(cached && { renew: () => tokenCredentials(context, authentication, token) }),
  };
}

async function bearer(
  context: RestfulContext,
  authentication: { readonly claim?: string; readonly key?: string },
): Promise<Credentials | { readonly fault: Fault }> {
  const profile = `Restful profile '${context.profile.id}' in policy '${context.policy.policyId}' in tenant '${context.policy.tenantId}'`;
  const problem = (code: string, message: string) => ({
    fault: { kind: "configuration", code, message } as const,
  });
  let token: string | undefined;
  if (authentication.claim) {
    const name = authentication.claim;
    const same = (id: string) => id.toLowerCase() === name.toLowerCase();
    if (!context.profile.inputClaims.some((claim) => same(claim.claimTypeReferenceId))) {
      return problem(
        "AADB2C90193",
        `${profile} does not have the input claim '${name}' referenced by 'UseClaimAsBearerToken'.`,
      );
    }
    const claim = [...context.input.values()].find((input) => same(input.claimTypeId));
    if (!claim) {
      const available = [...context.input.values()].map((input) => input.claimTypeId).join(", ");
      return problem(
        "AADB2C90194",
        `Claim '${name}' specified for the bearer token is not present in the available claims. Available claims '${available}'.`,
      );
    }
    if (typeof claim.value !== "string" || claim.value === "") {
      return problem("AADB2C90195", `Claim '${name}' specified for the bearer token is null or empty.`);
    }
    token = claim.value;
  } else if (authentication.key) {
    token = await context.ports.keys.secret(authentication.key);
    if (token === undefined) return { fault: noValidKey(context, authentication.key) };
    if (token === "") {
      return problem(
        "AADB2C90191",
        "The bearer token provided for use in the authorization header is null or empty.",
      );
    }
  } else {
    return problem(
      "AADB2C90192",
      `${profile} specifies the bearer authentication type, but does specify the metadata item 'UseClaimAsBearerToken' or it is empty.`,
    );
  }
  if (!isHeaderText(token))
    return { fault: unusableHeader(authentication.claim ?? authentication.key ?? "") };
  return { headers: { authorization: `Bearer ${token}` }, secrets: [token] };
}

/** What a request carries beside its credentials, gathered piece by piece. */
export interface Proof {
  readonly headers: Record<string, string>;
  readonly secrets: string[];
}

/** Adds the further headers of the profile; their secrets are asked for at each call. */
export async function addFurtherHeaders(
  context: RestfulContext,
  { headers, secrets }: Proof,
): Promise<{ readonly fault: Fault } | undefined> {
  for (const header of context.metadata.trust.headers) {
    if ("text" in header) {
      headers[header.name] = header.text;
      continue;
    }
    const secret = await context.ports.keys.secret(header.key);
    if (secret === undefined) return { fault: noValidKey(context, header.key) };
    if (!isHeaderText(secret)) return { fault: unusableHeader(header.key) };
    headers[header.name] = secret;
    secrets.push(secret);
  }
  return undefined;
}

/** Anonymous and unencrypted calls are for development (api-connectors.md B2, B3, U35). */
export function insecurityOf(context: RestfulContext): Fault | undefined {
  const { metadata, policy, profile, ports } = context;
  if (policy.deploymentMode === "Development" || ports.http.development) return undefined;
  const { authentication, trust } = metadata;
  if (authentication.kind === "None" && !authentication.allowedInProduction && !trust.signature) {
    const message = `Profile '${profile.id}' uses an insecure authentication mode that is only allowed in production mode policies with metadata key 'AllowInsecureAuthInProduction' set to true.`;
    return { kind: "configuration", code: "AADB2C90258", message };
  }
  const addresses = {
    ServiceUrl: metadata.serviceUrl,
    ...(authentication.kind === "ClientCredentials" && {
      "vestibule.tokenEndpoint": authentication.tokenEndpoint,
    }),
  };
  for (const [item, address] of Object.entries(addresses)) {
    if (!/^http:/i.test(address)) continue;
    const message = `Profile '${profile.id}', production mode policies must use https '${item}' the provided value was '${withoutSecrets(address)}'.`;
    return { kind: "configuration", code: "AADB2C90256", message };
  }
  return undefined;
}

function noValidKey(context: RestfulContext, container: string): Fault {
  const message = `The key container with ID '${container}' in tenant '${context.policy.tenantId}' does not has a valid key. Reason: no key is valid now.`;
  return { kind: "configuration", code: "AADB2C90019", message };
}

function unusableHeader(source: string): Fault {
  const detail = `The value of '${source}' cannot stand in an HTTP header; the request was not sent.`;
  return { kind: "transport", failure: "unsent", detail };
}

/** Texts that must not reach any record of this call, whatever the API echoes. */
export function callSecrets(context: RestfulContext): string[] {
  const texts = Object.values(context.secrets);
  for (const id of secretClaimsOf(context.policy)) {
    const value = context.claims[id];
    if (typeof value === "string") texts.push(value);
  }
  return texts;
}
