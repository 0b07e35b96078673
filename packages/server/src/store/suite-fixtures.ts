import { randomBytes } from "node:crypto";
import type { AccountIdentity, JourneyState, NewAccount } from "@vestibule/engine";
import { masterKeyFrom } from "../keys/master-key.ts";
import { defaultSettings } from "../tenant/settings.fixture.ts";
import type { Tenant } from "../tenant/tenant.ts";
import type { StoreOptions } from "./open-store.ts";
import type { Grant, Store, StoredSession } from "./store.ts";

/** How a test opens the store that it is about. Two openings of one suite reach the same tables, as two nodes do. */
export type Opener = (
  options: Pick<StoreOptions, "masterKey" | "clock"> & Partial<StoreOptions>,
) => Promise<Store>;

export const suiteMasterKey = masterKeyFrom([randomBytes(32)]);

/** Cheap enough for hundreds of hashes in a test. */
export const cheapHashing = { memoryCost: 8, timeCost: 1, parallelism: 1 };

/** A clock that stands still until a test moves it; milliseconds. */
export class TestClock {
  time = Date.UTC(2026, 0, 15, 12);
  now(): number {
    return this.time;
  }
  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
}

let tenants = 0;

/** A tenant of its own for each test: tests share tables but no rows. */
export function testTenant(changes: Partial<Tenant> = {}): Tenant {
  tenants += 1;
  const domain = `tenant${tenants}.onmicrosoft.com`;
  return {
    id: `aaaaaaaa-0000-4000-8000-${String(tenants).padStart(12, "0")}`,
    displayName: "Test",
    defaultDomain: domain,
    domains: [domain, `login.tenant${tenants}.example`],
    extensionsAppId: "0123456789abcdef0123456789abcdef",
    smartLockout: { threshold: 10, durationInSeconds: 60, maxDurationInSeconds: 18_000 },
    passwordExpiryInDays: 90,
    branding: { tokens: {} },
    settings: defaultSettings,
    applications: [],
    customAttributes: [
      { name: "LoyaltyTier", displayName: "Tier", description: "", dataType: "string" },
      { name: "Points", displayName: "Points", description: "", dataType: "int64" },
    ],
    connectors: [],
    policies: new Map(),
    keyContainers: new Map(),
    directory: "/nonexistent",
    ...changes,
  };
}

export function mail(address: string, tenant: Tenant): AccountIdentity {
  return { signInType: "emailAddress", issuer: tenant.defaultDomain, issuerAssignedId: address };
}

export function social(subject: string, issuer = "https://idp.example"): AccountIdentity {
  return { signInType: "federated", issuer, issuerAssignedId: subject };
}

export function mailAccount(tenant: Tenant, address: string, changes: Partial<NewAccount> = {}): NewAccount {
  return {
    identities: [mail(address, tenant)],
    attributes: { displayName: "Ann" },
    password: "Passw0rd!first",
    passwordPolicies: "DisablePasswordExpiration",
    ...changes,
  };
}

export function journeyState(id: string, changes: Partial<JourneyState> = {}): JourneyState {
  return { format: 1, id, bag: {}, ...changes } as JourneyState;
}

export function session(subject: string, expires: number): StoredSession {
  return {
    scope: "Tenant",
    expires,
    persistent: false,
    session: {
      created: 0,
      authTime: 0,
      subject,
      providers: {},
      identityProviders: [],
      relyingParties: [],
    },
  };
}

export const grant: Grant = {
  clientId: "bbbbbbbb-0000-4000-8000-000000000001",
  policyId: "B2C_1_signup_signin",
  redirectUri: "http://localhost/cb",
  redirectUriType: "spa",
  scope: ["openid"],
  subject: "subject",
  authTime: 1,
  claims: { name: "Ann" },
  grantClaims: {},
  issuer: {},
  clientInfo: true,
  familyIssued: 1,
  culture: "en",
};
