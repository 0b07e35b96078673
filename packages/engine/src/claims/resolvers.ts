import type { Policy } from "@vestibule/policy";
import lcid from "lcid";
import type { Presented } from "../journey/event.ts";
import type { JourneyState } from "../journey/state.ts";
import { claimText, readClaim } from "./bag.ts";
import type { ClaimsBag } from "./value.ts";

/** What claim resolvers may read. */
export interface ResolverScope {
  readonly policy: Policy;
  readonly state: JourneyState;
  readonly claims: ClaimsBag;
  /** Default domain of the tenant. */
  readonly tenantDomain: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly presented?: Presented;
}

type Member = (scope: ResolverScope, name: string) => string | undefined;
type Members = Readonly<Record<string, Member>>;

const region = ({ state }: ResolverScope) => new Intl.Locale(state.culture.tag).maximize().region;

/** Prefix → member → value, in lower case. Source: journeys.md 8.1. SAML members come with SAML relying parties. */
const resolvers: Readonly<Record<string, Members>> = {
  culture: {
    languagename: ({ state }) => new Intl.Locale(state.culture.tag).language,
    lcid: (scope) => localeId(scope),
    regionname: region,
    rfc5646: ({ state }) => state.culture.tag,
  },
  policy: {
    policyid: ({ policy }) => policy.policyId,
    relyingpartytenantid: ({ tenantDomain }) => tenantDomain,
    tenantobjectid: ({ state }) => state.tenantId,
    trustframeworktenantid: ({ tenantDomain }) => tenantDomain,
  },
  context: {
    buildnumber: () => "1.0.0.0",
    correlationid: ({ state }) => state.id,
    datetimeinutc: ({ now }) => usDateTime(new Date(now)),
    deploymentmode: ({ policy }) => policy.deploymentMode,
    hostname: ({ state }) => new URL(state.request.origin).host,
    ipaddress: ({ state }) => state.request.ipAddress,
    kmsi: ({ state }) => String(state.keepMeSignedIn),
  },
  oidc: {
    authenticationcontextreferences: parameter("acr_values"),
    clientid: ({ state }) => state.request.clientId,
    domainhint: ({ state }) => state.request.domainHint,
    loginhint: ({ state }) => state.request.loginHint,
    maxage: ({ state }) => (state.request.maxAge === undefined ? undefined : String(state.request.maxAge)),
    nonce: ({ state }) => state.request.nonce,
    password: ({ presented }) => presented?.password,
    prompt: ({ state }) => state.request.prompt,
    redirecturi: ({ state }) => state.request.redirectUri,
    resource: parameter("resource"),
    scope: ({ state }) => state.request.scope.join(" "),
    username: ({ presented }) => presented?.username,
  },
};

/** Prefix → members, in lower case; `OAUTH-KV` and `Claim`, which take any name, stand apart. */
export function resolverNames(): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(resolvers).map(([prefix, members]) => [prefix, Object.keys(members)]),
  );
}

function parameter(name: string): Member {
  return ({ state }) =>
    Object.hasOwn(state.request.parameters, name) ? state.request.parameters[name] : undefined;
}

const placeholder = /\{([A-Za-z][A-Za-z0-9-]*):([^{}]+)\}/g;

/**
 * Replaces every claim resolver in `text`. An unknown prefix stays as it is; a resolver without a value becomes empty
 * text, and where it is the whole text the result is absent (journeys.md 8).
 */
export function resolveClaimResolvers(text: string, scope: ResolverScope): string | undefined {
  if (!text.includes("{")) return text;
  const whole = /^\{([A-Za-z][A-Za-z0-9-]*):([^{}]+)\}$/.exec(text);
  if (whole) return lookUp(whole[1] ?? "", whole[2] ?? "", scope, text);
  return text.replaceAll(
    placeholder,
    (match, prefix: string, name: string) => lookUp(prefix, name, scope, match) ?? "",
  );
}

/** True when the whole text is one resolver with a known prefix and member (api-connectors.md U31). */
export function isOneResolver(text: string): boolean {
  const match = /^\{([A-Za-z][A-Za-z0-9-]*):([^{}]+)\}$/.exec(text);
  if (!match) return false;
  const prefix = (match[1] ?? "").toLowerCase();
  if (prefix === "oauth-kv" || prefix === "claim") return true;
  const members = membersOf(prefix);
  return members !== undefined && Object.hasOwn(members, (match[2] ?? "").toLowerCase());
}

function membersOf(prefix: string): Members | undefined {
  const key = prefix.toLowerCase();
  return Object.hasOwn(resolvers, key) ? resolvers[key] : undefined;
}

function lookUp(prefix: string, name: string, scope: ResolverScope, literal: string): string | undefined {
  switch (prefix.toLowerCase()) {
    case "oauth-kv":
      return parameter(name)(scope, name);
    case "claim": {
      const value = readClaim(scope.policy, scope.claims, name);
      return value === undefined ? undefined : claimText(value);
    }
    default: {
      const members = membersOf(prefix);
      // Of a request that is no SAML request they have no value.
      if (members === undefined) return prefix.toLowerCase() === "saml" ? undefined : literal;
      const key = name.toLowerCase();
      return Object.hasOwn(members, key) ? members[key]?.(scope, name) : undefined;
    }
  }
}

function localeId(scope: ResolverScope): string | undefined {
  const locale = new Intl.Locale(scope.state.culture.tag);
  const id = lcid.to(`${locale.language}_${locale.region ?? region(scope) ?? ""}`);
  return id === undefined ? undefined : String(id);
}

function usDateTime(date: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const hour = date.getUTCHours();
  const clock = `${hour % 12 === 0 ? 12 : hour % 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()} ${clock} ${hour < 12 ? "AM" : "PM"}`;
}
