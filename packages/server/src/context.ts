import type { Ports } from "@vestibule/engine";
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from "fastify";
import type { VisitorLimits } from "./hosting/visitor-limits.ts";
import type { Store } from "./store/store.ts";
import type { Tenant, Tenants } from "./tenant/tenant.ts";

/** What the rooms of the server share. Made once, in `server.ts`. */
export interface ServerContext {
  readonly mode: "development" | "production";
  readonly tenants: Tenants;
  readonly store: Store;
  /** The engine's ports, bound to one tenant. */
  ports(tenant: Tenant): Ports;
  readonly signing: TokenSigning;
  readonly log: FastifyBaseLogger;
  /** Milliseconds since 1970; tests move it. */
  now(): number;
  readonly limits: VisitorLimits;
  /** Addresses of proxies whose `X-Forwarded-…` headers count. Empty by default. */
  readonly trustedProxies: readonly string[];
}

/** Signing with the keys of a tenant. */
export interface TokenSigning {
  /**
   * Compact JWS with header `alg`, `kid`, `typ` (default `JWT`; another type keeps it from counting as a token of ours).
   * Throws `AADB2C90019` where no key is usable.
   */
  sign(
    tenant: Tenant,
    container: string | undefined,
    payload: Readonly<Record<string, unknown>>,
    type?: string,
  ): Promise<string>;
  /** Public keys to publish: protocol.md 2.2. */
  jwks(
    tenant: Tenant,
    container: string | undefined,
  ): Promise<{ readonly keys: readonly Readonly<Record<string, unknown>>[] }>;
  /** Verifies a token of the type `JWT` that this tenant signed; undefined where it did not. Checks nothing else. */
  verify(tenant: Tenant, token: string): Promise<Readonly<Record<string, unknown>> | undefined>;
}

/** An answer to the application, not yet put into HTTP (pages.md 1.12 says how). Fields are in their final order. */
export interface ApplicationAnswer {
  readonly redirectUri: string;
  readonly mode: "query" | "fragment" | "form_post";
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The authorization code in `fields`, where there is one. */
  readonly code?: string;
}

/** An error for a person, shown on the error page. */
export interface PublicError {
  /** `AADB2C90006` and so on. */
  readonly code: string;
  /** One sentence for the person; holds no secret and no internal detail. */
  readonly message: string;
  readonly status: number;
  readonly correlationId: string;
}

/** Handles one HTTP request of a room. */
export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
