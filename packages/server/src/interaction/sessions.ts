import { randomBytes } from "node:crypto";
import type { SessionUpdate, SsoSession } from "@vestibule/engine";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { EndedSessions } from "../relying-party/contract.ts";
import type { SessionStore, StoredSession } from "../store/store.ts";
import type { Tenant, TenantPolicy } from "../tenant/tenant.ts";
import { expireCookie, readCookies, setCookie } from "./cookies.ts";

type Scope = StoredSession["scope"];

/**
 * The browser's single sign-on sessions: a 256-bit handle in a cookie of B2C's name (journeys.md 10.1), the record in
 * the store. A handle is bound to what its cookie is for: put under another policy's or application's cookie name it
 * finds nothing.
 */
export interface BrowserSessions {
  /** The session that a journey of this policy and client may use. */
  atStart(
    request: FastifyRequest,
    reply: FastifyReply,
    tenant: Tenant,
    policy: TenantPolicy,
    clientId: string,
  ): Promise<SsoSession | undefined>;
  /** Stores what the journey says and sets the cookie. */
  atEnd(
    request: FastifyRequest,
    reply: FastifyReply,
    tenant: Tenant,
    policy: TenantPolicy,
    clientId: string,
    update: SessionUpdate,
  ): Promise<void>;
  end(
    request: FastifyRequest,
    reply: FastifyReply,
    tenant: Tenant,
    policy: TenantPolicy,
    clientId: string | undefined,
  ): Promise<EndedSessions>;
}

export function browserSessions(store: SessionStore, now: () => number): BrowserSessions {
  const seconds = () => Math.floor(now() / 1000);

  /** What the browser holds under the cookie of a scope key, as the store finds it. */
  async function held(request: FastifyRequest, tenant: Tenant, key: string, scope: Scope) {
    for (const handle of readCookies(request).get(cookieName(key)) ?? []) {
      if (!/^[\w-]{43}$/.test(handle)) continue;
      const bound = bind(handle, key);
      const stored = await store.find(tenant.id, bound, seconds());
      if (stored !== undefined && stored.scope === scope && stored.expires > seconds())
        return { handle, bound, stored };
    }
    return undefined;
  }

  return {
    async atStart(request, reply, tenant, policy, clientId) {
      const { scope, keepAliveInDays } = singleSignOn(policy);
      if (scope === undefined) return undefined;
      const key = scopeKey(tenant, scope, policy, clientId);
      const found = await held(request, tenant, key, scope);
      if (found === undefined) return undefined;
      // journeys.md 10.1: a visit to a policy without "keep me signed in" removes the persistent cookie.
      if (found.stored.persistent && keepAliveInDays === 0) {
        await store.remove(tenant.id, found.bound);
        expireCookie(request, reply, cookieName(key));
        return undefined;
      }
      return found.stored.session;
    },

    async atEnd(request, reply, tenant, policy, clientId, update) {
      const { scope, session } = update;
      if (scope === "Suppressed" || session === undefined) return;
      const key = scopeKey(tenant, scope, policy, clientId);
      const found = await held(request, tenant, key, scope);
      if (found !== undefined && !update.fresh && isForeign(found.stored.session, update)) {
        await store.remove(tenant.id, found.bound);
        expireCookie(request, reply, cookieName(key));
        return;
      }
      // Nobody typed a credential: only the session that the journey began with may live on. One that was ended in the
      // meantime, or replaced by another tab's, stays as it is.
      if (!update.fresh && found?.stored.session.created !== session.created) return;
      const kept = update.fresh ? undefined : found;
      const persistent = update.keepMeSignedIn || (kept?.stored.persistent ?? false);
      const life = persistent ? update.lifetime.keepAliveInDays * 86_400 : update.lifetime.seconds;
      const expires =
        kept !== undefined && update.lifetime.type === "Absolute" ? kept.stored.expires : seconds() + life;
      // Session fixation: whoever planted the old handle does not know the new one.
      const handle = kept?.handle ?? randomBytes(32).toString("base64url");
      if (kept === undefined && found !== undefined) await store.remove(tenant.id, found.bound);
      await store.put(tenant.id, bind(handle, key), { session, scope, expires, persistent });
      setCookie(request, reply, cookieName(key), handle, {
        ...(persistent && { maxAge: Math.max(1, expires - seconds()) }),
      });
    },

    async end(request, reply, tenant, policy, clientId) {
      const scopes: Scope[] =
        clientId === undefined ? ["Tenant", "Policy"] : ["Tenant", "Policy", "Application"];
      const ended: StoredSession[] = [];
      for (const scope of scopes) {
        const key = scopeKey(tenant, scope, policy, clientId ?? "");
        const cookies = readCookies(request).get(cookieName(key)) ?? [];
        const found = await held(request, tenant, key, scope);
        if (found !== undefined) ended.push(found.stored);
        for (const handle of cookies) await store.remove(tenant.id, bind(handle, key));
        if (cookies.length > 0) expireCookie(request, reply, cookieName(key));
      }
      const sessions = ended.map((stored) => stored.session);
      return {
        relyingParties: distinct(sessions.flatMap((session) => session.relyingParties)),
        identityProviders: distinct(sessions.flatMap((session) => session.identityProviders)),
      };
    },
  };
}

/** The session before is somebody else's than who was let in now: journeys.md 5.2. */
function isForeign(before: SsoSession, { stranger, session }: SessionUpdate): boolean {
  return stranger === true && (before.subject === undefined || before.subject !== session?.subject);
}

/** `undefined` = Suppressed. `TrustFramework` behaves as `Tenant` (journeys.md 9). */
function singleSignOn(policy: TenantPolicy): {
  readonly scope: Scope | undefined;
  readonly keepAliveInDays: number;
} {
  const behavior = policy.program.policy.relyingParty.behaviors.singleSignOn;
  const scope = behavior?.scope ?? "Tenant";
  return {
    scope: scope === "Suppressed" ? undefined : scope === "TrustFramework" ? "Tenant" : scope,
    keepAliveInDays: behavior?.keepAliveInDays ?? 0,
  };
}

function scopeKey(tenant: Tenant, scope: Scope, policy: TenantPolicy, clientId: string): string {
  switch (scope) {
    case "Tenant":
      return tenant.defaultDomain;
    case "Policy":
      return `${tenant.defaultDomain}/${policy.id}`;
    case "Application":
      return `${tenant.defaultDomain}/${clientId}`;
  }
}

function cookieName(key: string): string {
  return `x-ms-cpim-sso:${key}_0`;
}

function bind(handle: string, key: string): string {
  return `${handle}|${key.toLowerCase()}`;
}

function distinct<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item] as const)).values()];
}
