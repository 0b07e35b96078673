import type { DataType } from "@vestibule/policy";
import { asJsonText } from "../../../claims/json-claims.ts";
import { resolveClaimResolvers } from "../../../claims/resolvers.ts";
import type { ClaimValue } from "../../../claims/value.ts";
import { jsonText, plainText } from "../claim-text.ts";
import type { EncodedRequest, Fault, RestfulContext } from "../exchange.ts";
import { fillTemplate } from "./template.ts";

interface SentClaim {
  readonly name: string;
  readonly claimTypeId: string;
  readonly value: ClaimValue;
  readonly dataType: DataType;
}

const acceptJson = { accept: "application/json", "user-agent": "Vestibule" } as const;

/** Headers that decide about the connection or the credentials; no claim may set them (U66). */
const reservedHeaders = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "authorization",
  "cookie",
  "expect",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "upgrade",
]);

/** Puts the input claims where `SendClaimsIn` says; that also picks the verb (api-connectors.md B4). */
export function encodeClaims(context: RestfulContext): EncodedRequest | { readonly fault: Fault } {
  const { claims } = context.metadata;
  const serviceUrl = claims.resolversInUrl ? withResolvers(context) : context.metadata.serviceUrl;
  if (serviceUrl === undefined) return climbing();
  const sent = sentClaims(context);
  switch (claims.sendClaimsIn) {
    case "Body":
      return claims.payloadClaim
        ? payloadRequest(context, serviceUrl, claims.payloadClaim)
        : post(serviceUrl, "application/json; charset=utf-8", bodyOf(context, sent));
    case "Form":
      return post(
        serviceUrl,
        "application/x-www-form-urlencoded",
        new URLSearchParams(texts(sent)).toString(),
      );
    case "QueryString":
      return get(withQuery(serviceUrl, texts(sent)));
    case "Header":
      return headerRequest(serviceUrl, texts(sent));
    case "Url":
      return urlRequest(serviceUrl, sent);
  }
}

/** Claims that have a value, under the names that the policy wrote. A bearer token goes into its header only (U43). */
function sentClaims(context: RestfulContext): SentClaim[] {
  const { authentication } = context.metadata;
  const bearer = authentication.kind === "Bearer" ? authentication.claim?.toLowerCase() : undefined;
  return context.profile.inputClaims.flatMap((input) => {
    const id = input.claimTypeReferenceId;
    if (id.toLowerCase() === bearer) return [];
    const name = input.partnerClaimType ?? id;
    const resolved = resolvedInput(context, name, id);
    if (resolved === undefined) return [];
    const dataType = context.policy.claimTypes.get(id)?.dataType ?? "string";
    return [{ name, claimTypeId: id, value: resolved, dataType }];
  });
}

function resolvedInput(context: RestfulContext, name: string, claimTypeId: string): ClaimValue | undefined {
  const exact = context.input.get(name);
  if (exact) return exact.value;
  const lower = claimTypeId.toLowerCase();
  return [...context.input.values()].find((input) => input.claimTypeId.toLowerCase() === lower)?.value;
}

function bodyOf(context: RestfulContext, sent: readonly SentClaim[]): string {
  const { template, jsonClaims } = context.metadata.claims;
  const json = ({ claimTypeId, value, dataType }: SentClaim) =>
    jsonClaims.has(claimTypeId.toLowerCase()) ? asJsonText(value) : jsonText(value, dataType);
  if (!template) return jsonBody(sent, json);
  const named = (name: string) => {
    const same = (text: string) => text.toLowerCase() === name.toLowerCase();
    return sent.find((claim) => same(claim.name)) ?? sent.find((claim) => same(claim.claimTypeId));
  };
  return fillTemplate(template, {
    json: (name) => {
      const claim = named(name);
      return claim && json(claim);
    },
    text: (name) => {
      const claim = named(name);
      return claim && plainText(claim.value, claim.dataType);
    },
  });
}

/** A later claim of the same name replaces the earlier one: a JSON object has each name once. */
function jsonBody(claims: readonly SentClaim[], json: (claim: SentClaim) => string): string {
  const members = new Map(claims.map((claim) => [claim.name, json(claim)]));
  return `{${[...members].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`;
}

function texts(claims: readonly SentClaim[]): [string, string][] {
  return claims.flatMap(({ name, value, dataType }) => {
    const text = plainText(value, dataType);
    return text === undefined ? [] : [[name, text] as [string, string]];
  });
}

function payloadRequest(
  context: RestfulContext,
  serviceUrl: string,
  claimTypeId: string,
): EncodedRequest | { readonly fault: Fault } {
  const id = context.policy.claimTypes.spelling(claimTypeId) ?? claimTypeId;
  const value = resolvedInput(context, claimTypeId, claimTypeId) ?? context.claims[id];
  if (typeof value !== "string" || value === "") {
    return unsent(`The claim '${id}' of ClaimUsedForRequestPayload has no value; the request was not sent.`);
  }
  return post(serviceUrl, "application/json", value);
}

function headerRequest(
  url: string,
  claims: readonly [string, string][],
): EncodedRequest | { readonly fault: Fault } {
  const headers: Record<string, string> = {};
  const warnings: string[] = [];
  for (const [name, value] of claims) {
    if (reservedHeaders.has(name.toLowerCase())) {
      warnings.push(`header-not-settable:${name}`);
      continue;
    }
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name))
      return unsent(`The claim name '${name}' is no header name.`);
    if (/[^\t\x20-\x7e\u0080-\uffff]/.test(value)) {
      return unsent(`The value of '${name}' holds control characters that no header may have.`);
    }
    headers[name] = value.replace(/[^\t\x20-\x7e]+/g, (text) => encodeURIComponent(text.toWellFormed()));
  }
  return { ...get(url), headers: { ...acceptJson, ...headers }, warnings };
}

function urlRequest(
  template: string,
  claims: readonly SentClaim[],
): EncodedRequest | { readonly fault: Fault } {
  const warnings: string[] = [];
  const origin = originOf(template);
  const find = (name: string) => {
    const same = (text: string) => text.toLowerCase() === name.toLowerCase();
    return claims.find((claim) => same(claim.name)) ?? claims.find((claim) => same(claim.claimTypeId));
  };
  const rest = template.slice(origin.length).replace(/\{([^{}]*)\}/g, (_placeholder, name: string) => {
    const claim = find(name.trim());
    const text = claim && plainText(claim.value, claim.dataType);
    if (text === undefined) warnings.push(`placeholder-without-claim:${name}`);
    return percentEncoded(text ?? "");
  });
  if (climbs(template.slice(origin.length), rest)) return climbing();
  return { ...get(`${origin}${rest}`), warnings };
}

/**
 * `{Prefix:Name}` in path and query, percent-encoded; an unknown prefix is literal text (journeys.md 8). Undefined where
 * a value would climb.
 */
function withResolvers(context: RestfulContext): string | undefined {
  const { serviceUrl } = context.metadata;
  const origin = originOf(serviceUrl);
  const scope = {
    policy: context.policy,
    state: context.state,
    claims: context.claims,
    tenantDomain: context.ports.directory.defaultDomain,
    now: context.ports.clock.now(),
  };
  const rest = serviceUrl.slice(origin.length).replace(/\{[A-Za-z][A-Za-z0-9-]*:[^{}]+\}/g, (resolver) => {
    const value = resolveClaimResolvers(resolver, scope);
    return value === resolver ? resolver : percentEncoded(value ?? "");
  });
  return climbs(serviceUrl.slice(origin.length), rest) ? undefined : origin + rest;
}

function originOf(url: string): string {
  return /^https?:\/\/[^/?#]*/i.exec(url)?.[0] ?? "";
}

/** A value of dots would climb out of its place in the path: URL parsers resolve such segments. */
function climbs(template: string, filled: string): boolean {
  return dotSegments(filled) > dotSegments(template);
}

function climbing(): { readonly fault: Fault } {
  return unsent("A claim's value would change the path of the address; the request was not sent.");
}

function dotSegments(url: string): number {
  const path = url.replace(/[?#].*$/s, "");
  return path.split(/[/\\]/).filter((segment) => /^(\.|%2e){1,2}$/i.test(segment)).length;
}

function withQuery(url: string, claims: readonly [string, string][]): string {
  const [beforeFragment = ""] = url.split("#", 1);
  const query = claims.map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`).join("&");
  if (query === "") return beforeFragment;
  const glue = beforeFragment.includes("?") ? (/[?&]$/.test(beforeFragment) ? "" : "&") : "?";
  return `${beforeFragment}${glue}${query}`;
}

/** RFC 3986: everything but unreserved characters; a lone surrogate becomes U+FFFD instead of an exception. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function post(url: string, contentType: string, body: string): EncodedRequest {
  return { method: "POST", url, headers: { "content-type": contentType, ...acceptJson }, body, warnings: [] };
}

function get(url: string): EncodedRequest {
  return { method: "GET", url, headers: acceptJson, warnings: [] };
}

function unsent(detail: string): { readonly fault: Fault } {
  return { fault: { kind: "transport", failure: "unsent", detail } };
}
