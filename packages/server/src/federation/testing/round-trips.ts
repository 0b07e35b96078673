import type { FederationPort, OpenIdConnectProvider } from "@vestibule/engine";
import { afterEach, beforeAll, beforeEach } from "vitest";
import { createFederation, type FederationOptions } from "../federation.ts";
import { type HostileProvider, makeKey, type SigningKey, startHostileProvider } from "./hostile-provider.ts";

export const redirectUri = "https://login.contoso.example/contoso.onmicrosoft.com/oauth2/authresp";

/** One provider and one federation for each test of a file; `time` is the federation's clock. */
export class RoundTrips {
  declare key: SigningKey;
  declare otherKey: SigningKey;
  declare idp: HostileProvider;
  declare federation: FederationPort;
  time = 0;

  make(options: Partial<FederationOptions> = {}): FederationPort {
    return createFederation({ allowInsecureHttp: true, now: () => this.time, ...options });
  }

  provider(changes: Partial<OpenIdConnectProvider> = {}): OpenIdConnectProvider {
    return {
      protocol: "OpenIdConnect",
      technicalProfile: "Contoso-OIDC",
      metadata: this.idp.metadata,
      endpoints: {},
      responseType: "code",
      httpBinding: "POST",
      bodyClaims: [],
      issuerPrefixes: [],
      discoverByIssuer: false,
      clientId: "our client",
      clientSecret: "our: secret/+",
      scope: "openid email",
      responseMode: "form_post",
      tokenEndpointAuthMethod: "client_secret_post",
      redirectUri,
      ...changes,
    };
  }

  /** `begin` as the journey calls it, whatever comes of it. */
  start(as = this.provider(), parameters: Record<string, string> = {}) {
    return this.federation.begin(as, { state: "the-state", parameters });
  }

  async begin(as = this.provider(), parameters: Record<string, string> = {}) {
    const begun = await this.start(as, parameters);
    if (!("url" in begun)) throw new Error(JSON.stringify(begun));
    return begun;
  }

  /** A whole round trip, with the provider as the test has set it up. */
  async run(as = this.provider()) {
    const { url, saved } = await this.begin(as);
    return this.federation.complete(as, saved, this.idp.grant(url));
  }

  requestsTo(path: string): number {
    return this.idp.requests.filter((request) => request.path === path).length;
  }
}

export function useHostileProvider(): RoundTrips {
  const trips = new RoundTrips();
  beforeAll(async () => {
    trips.key = await makeKey();
    trips.otherKey = await makeKey();
  });
  beforeEach(async () => {
    trips.idp = await startHostileProvider([trips.key]);
    trips.time = Date.now();
    trips.federation = trips.make();
  });
  afterEach(() => trips.idp.close());
  return trips;
}

export const refusedWith = (code: string) => ({ kind: "refused", code });
