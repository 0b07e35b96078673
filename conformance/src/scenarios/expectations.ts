import { isDeepStrictEqual } from "node:util";
import { createRemoteJWKSet, customFetch, decodeJwt, type JWTPayload, jwtVerify } from "jose";
import type { Shown } from "../browser/browser.ts";
import { clientId, type Laboratory, tenantDomain } from "../lab/laboratory.ts";
import type { Checks } from "../match.ts";
import { containsText, jsonFits, matchable } from "./compare.ts";
import type { Expectation } from "./scenario-file.ts";

export interface Token {
  readonly text: string;
  readonly claims: JWTPayload;
}

/** The token of an answer to the application, without a look at its signature. */
export function tokenOf(shown: Shown | undefined): Token | undefined {
  const text = shown?.kind === "application" ? shown.fields.get("id_token") : null;
  return text === null || text === undefined ? undefined : { text, claims: decodeJwt(text) };
}

/** Signature, issuer, audience, nonce and life of a token, by the policy's own published metadata. */
export async function checkToken(
  token: Token,
  given: { readonly policy: string; readonly nonce: unknown },
  laboratory: Laboratory,
  checks: Checks,
): Promise<string | undefined> {
  const base = `${laboratory.origin}/${tenantDomain}/${given.policy}`;
  const metadata = (await (await fetch(`${base}/v2.0/.well-known/openid-configuration`)).json()) as Readonly<
    Record<string, string>
  >;
  try {
    const keys = createRemoteJWKSet(new URL(metadata.jwks_uri ?? base), { [customFetch]: fetch });
    await jwtVerify(token.text, keys, {
      audience: clientId,
      ...(metadata.issuer !== undefined && { issuer: metadata.issuer }),
      currentDate: new Date(laboratory.clock.now()),
      clockTolerance: 5,
    });
  } catch (error) {
    checks.truth("token", false, "a token that verifies", error instanceof Error ? error.message : error);
  }
  if (given.nonce !== undefined) checks.equal("nonce", token.claims.nonce, given.nonce);
  return metadata.issuer;
}

/** What must be observed at the end of a visit, but for tokens of other scenarios. `expect` holds no open words. */
export function checkEnd(
  expect: Expectation,
  ended: {
    readonly shown: Shown | undefined;
    readonly token: Token | undefined;
    readonly first: Token | undefined;
    readonly stubCalls: number;
  },
  checks: Checks,
): void {
  const { shown, token } = ended;
  const claims: Readonly<Record<string, unknown>> | undefined = token?.claims;
  const wantsToken = [
    expect.claims,
    expect.absent,
    expect.matches,
    expect.json,
    expect.near,
    expect.same,
  ].some(Boolean);
  if (wantsToken && !token) {
    checks.truth("end", false, "a token", describe(shown));
    return;
  }
  for (const [name, value] of Object.entries(expect.claims ?? {}))
    checks.truth(name, isDeepStrictEqual(claims?.[name], value), value, claims?.[name]);
  for (const name of expect.absent ?? [])
    checks.truth(name, claims?.[name] === undefined, "no such claim", claims?.[name]);
  for (const [name, pattern] of Object.entries(expect.matches ?? {})) {
    const got = claims?.[name];
    checks.truth(name, got !== undefined && new RegExp(pattern).test(matchable(got)), pattern, got);
  }
  for (const [name, pattern] of Object.entries(expect.notMatches ?? {})) {
    const got = claims?.[name];
    checks.truth(name, got === undefined || !new RegExp(pattern).test(matchable(got)), `not ${pattern}`, got);
  }
  for (const [name, value] of Object.entries(expect.json ?? {})) {
    const got = claims?.[name];
    checks.truth(name, jsonFits(parsed(got), value), value, got);
  }
  for (const [name, { epoch, withinSeconds }] of Object.entries(expect.near ?? {})) {
    const got = Number(claims?.[name]);
    checks.truth(
      name,
      Math.abs(got - Number(epoch)) <= withinSeconds,
      { epoch, withinSeconds },
      claims?.[name],
    );
  }
  for (const name of expect.same ?? []) checks.equal(name, claims?.[name], ended.first?.claims[name]);
  for (const name of expect.changed ?? [])
    checks.truth(name, claims?.[name] !== ended.first?.claims[name], "another value", claims?.[name]);
  if (expect.error) checkError(expect.error, shown, checks);
  if (expect.redirect) {
    const at = shown?.kind === "application" || shown?.kind === "outside" ? shown.at : describe(shown);
    checks.equal("redirect", at.replace(/\/$/, ""), expect.redirect.to.replace(/\/$/, ""));
  }
  if (expect.stays)
    checks.truth(
      "end",
      shown?.kind === "page" || shown?.kind === "other",
      "still on the page",
      describe(shown),
    );
  if (expect.noToken) checks.truth("end", !carriesToken(shown), "no token and no code", describe(shown));
  if (expect.stubCalls !== undefined) checks.equal("calls", ended.stubCalls, expect.stubCalls);
  if (expect.saml) checks.truth("end", false, "an answer by SAML", describe(shown));
}

function checkError(
  expected: Readonly<Record<string, string>>,
  shown: Shown | undefined,
  checks: Checks,
): void {
  const fields = shown?.kind === "application" ? shown.fields : undefined;
  const error = fields?.get("error") ?? undefined;
  if (error === undefined) {
    checks.truth("end", false, { error: expected }, describe(shown));
    return;
  }
  const description = fields?.get("error_description") ?? "";
  if (expected.oauth !== undefined) checks.equal("error", error, expected.oauth);
  if (expected.code !== undefined)
    checks.truth("error code", description.startsWith(expected.code), expected.code, description);
  if (expected.contains !== undefined)
    checks.truth(
      "error description",
      containsText(description, expected.contains),
      expected.contains,
      description,
    );
  if (expected.matches !== undefined)
    checks.truth(
      "error description",
      new RegExp(expected.matches).test(description),
      expected.matches,
      description,
    );
  if (expected.state !== undefined) checks.equal("state", fields?.get("state"), expected.state);
}

function carriesToken(shown: Shown | undefined): boolean {
  if (shown?.kind !== "application") return false;
  return ["id_token", "access_token", "code", "SAMLResponse"].some((name) => shown.fields.has(name));
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}

/** What the browser shows, in a line. */
export function describe(shown: Shown | undefined): string {
  switch (shown?.kind) {
    case undefined:
      return "nothing";
    case "page":
      return `page ${shown.api} with ${shown.fields.map(({ id }) => id).join(", ")}`;
    case "other":
      return `page: ${shown.text.slice(0, 300)}`;
    case "outside":
      return `at ${shown.at}`;
    case "application":
      return `application: ${[...shown.fields].map(([name, value]) => `${name}=${value.slice(0, 300)}`).join("&")}`;
  }
}
