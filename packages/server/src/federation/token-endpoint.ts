import type { IdentityProvider } from "@vestibule/engine";
import { authenticateClient } from "./client-authentication.ts";
import type { FederationContext } from "./context.ts";
import { ProviderError, refused } from "./failures.ts";
import { asObject, readJson } from "./json.ts";

/** Some providers answer nobody who does not say who it is (GitHub). */
export const defaultUserAgent = "Vestibule";

export interface TokenAnswer {
  readonly accessToken?: string;
  readonly tokenType?: string;
  /** Seconds. */
  readonly expiresIn?: number;
  readonly refreshToken?: string;
  readonly idToken?: string;
  /** Everything that came, by its name. */
  readonly members: Readonly<Record<string, unknown>>;
}

/**
 * Redeems a code. Providers deviate in ways that client libraries refuse by design, hence our own: calls by GET, renamed
 * parameters, answers as JSON, JSONP or a form, errors with status 200. Source: technical-profiles.md 21.3, 22.
 *
 * @throws ProviderError for an error in the provider's own words; FederationRefusal; ProviderUnreachable
 */
export async function redeemCode(
  context: FederationContext,
  provider: IdentityProvider,
  endpoint: string,
  grant: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const { fields, authorization } = await authenticateClient(provider, endpoint, context.now());
  const form = new URLSearchParams({ grant_type: "authorization_code", ...grant, ...fields });
  const headers: Record<string, string> = {
    accept: "application/json",
    "user-agent": (provider.protocol === "OAuth2" && provider.userAgent) || defaultUserAgent,
    ...(authorization !== undefined && { authorization }),
  };
  const response =
    provider.httpBinding === "GET"
      ? await context.fetch(withQuery(endpoint, form), { method: "GET", headers })
      : await context.fetch(endpoint, {
          method: "POST",
          headers: { ...headers, "content-type": "application/x-www-form-urlencoded;charset=UTF-8" },
          body: form.toString(),
        });
  const members = readMembers(await response.text(), provider.protocol === "OAuth2");
  refuseErrors(response.status, members, provider);
  return tokenAnswer(members ?? {});
}

/** Adds parameters to an address that may have a query already. */
export function withQuery(address: string, parameters: Iterable<readonly [string, string]>): string {
  const url = new URL(address);
  for (const [name, value] of parameters) url.searchParams.set(name, value);
  return url.href;
}

/** An object as JSON; `lenient` also as `callback({…});` or as a form. */
export function readMembers(text: string, lenient: boolean): Readonly<Record<string, unknown>> | undefined {
  const trimmed = text.replace(/^\ufeff/, "").trim();
  const object = asObject(readJson(trimmed));
  if (object !== undefined || !lenient) return object;
  const wrapped = /^[\w$.]{1,64}\s*\(([\s\S]*)\)\s*;?$/.exec(trimmed)?.[1];
  if (wrapped !== undefined) return asObject(readJson(wrapped.trim()));
  return /^[^\s<>{}"=]+=[^\s<>"]*$/.test(trimmed)
    ? Object.fromEntries(new URLSearchParams(trimmed))
    : undefined;
}

function refuseErrors(
  status: number,
  members: Readonly<Record<string, unknown>> | undefined,
  provider: IdentityProvider,
): void {
  const reported = members && reportedError(members, provider);
  if (reported) throw reported;
  if (status === 401) throw refused("AADB2C90243", "the provider did not accept the client's credentials");
  if (status < 200 || status > 299)
    throw refused("AADB2C90273", `the token endpoint answered ${status} without an error`);
  if (members === undefined)
    throw refused("AADB2C90273", "the token endpoint's answer is of no form that is understood");
}

/** An error that stands in an answer, whatever its status. */
export function reportedError(
  members: Readonly<Record<string, unknown>>,
  provider: IdentityProvider,
): ProviderError | undefined {
  const name = (provider.protocol === "OAuth2" && provider.errorMember) || "error";
  for (const member of new Set(["error", name])) {
    const value = Object.hasOwn(members, member) ? members[member] : undefined;
    // `errcode: 0` says that all went well.
    if (value === undefined || value === null || value === 0 || value === "0" || value === "") continue;
    return new ProviderError(...wordsOf(value, members), members);
  }
  return undefined;
}

/** `error` is a text, a number, or (Facebook) an object with `type` and `message`. */
function wordsOf(
  error: unknown,
  members: Readonly<Record<string, unknown>>,
): [error: string, description: string | undefined] {
  const object = asObject(error);
  const description = object?.message ?? members.error_description ?? members.errmsg;
  const name = object ? (object.type ?? object.code ?? "error") : error;
  return [textOf(name) ?? "error", textOf(description)];
}

function tokenAnswer(members: Readonly<Record<string, unknown>>): TokenAnswer {
  const text = (name: string) => {
    const value = Object.hasOwn(members, name) ? members[name] : undefined;
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const accessToken = text("access_token");
  const tokenType = text("token_type");
  const refreshToken = text("refresh_token");
  const idToken = text("id_token");
  const expiresIn = Number(textOf(members.expires_in) ?? Number.NaN);
  return {
    members,
    ...(accessToken !== undefined && { accessToken }),
    ...(tokenType !== undefined && { tokenType }),
    ...(refreshToken !== undefined && { refreshToken }),
    ...(idToken !== undefined && { idToken }),
    ...(Number.isSafeInteger(expiresIn) && { expiresIn }),
  };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
