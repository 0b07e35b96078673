import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import type { OutsideAnswer, OutsideRequest } from "../lab/outside-hosts.ts";
import type { HintTokens, OutsideProvider, PolicyFacts } from "./policy-facts.ts";

const template =
  '<!DOCTYPE html><html lang="en"><head><title>Template</title></head><body><div id="api"></div></body></html>';

/** Answers every call of a policy so that it can go on: APIs, identity providers, key sets, templates. */
export class OutsideWorld {
  /** Texts that were sent out, newest last: a code may be in one. */
  readonly sent: string[] = [];
  facts: PolicyFacts | undefined;
  /** What APIs answer where they are asked yes or no. */
  truth = true;
  /** The nonce of the newest request that went to a provider. */
  nonce: string | undefined;
  readonly #key: Promise<{ readonly privateKey: CryptoKey; readonly jwk: JWK }>;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.#key = generateKeyPair("RS256", { extractable: true }).then(async ({ privateKey, publicKey }) => ({
      privateKey,
      jwk: { ...(await exportJWK(publicKey)), kid: "outside", alg: "RS256", use: "sig" },
    }));
  }

  async answer(request: OutsideRequest): Promise<OutsideAnswer> {
    if (request.method !== "GET" || request.query.size > 0)
      this.sent.push(`${request.query}\n${request.body}`);
    const { providers = [], services = [], hint } = this.facts ?? {};
    if (/\/stub\/keys$/.test(request.url)) return json({ keys: [(await this.#key).jwk] });
    for (const provider of providers) {
      if (provider.metadata !== undefined && sameAddress(provider.metadata, request.url))
        return json(metadata(provider.issuer, request.url));
      if (sameAddress(provider.tokenEndpoint, request.url)) return json(await this.#tokens(provider));
      if (provider.claimsEndpoint !== undefined && sameAddress(provider.claimsEndpoint, request.url))
        return json(provider.claims);
    }
    if (hint?.metadata !== undefined && sameAddress(hint.metadata, request.url))
      return json(metadata(hint.issuer, request.url));
    const asked = services.filter(({ address }) => address.test(request.url));
    if (asked.length > 0)
      return json(Object.assign(tokenAnswer(request), ...asked.map(({ answer }) => answer(this.truth))));
    if (/\/userinfo$/.test(request.url)) return json(providers[0]?.claims ?? {});
    return request.method === "GET"
      ? { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: template }
      : json({ ...tokenAnswer(request) });
  }

  /** A token that a relying party may hand over. */
  async hintToken(hint: HintTokens, secret: string | undefined): Promise<string> {
    const audience = hint.audience ?? "d1a50000-0000-4000-8000-0000000000a1";
    return this.#sign(
      { ...hint.claims, iss: hint.issuer, aud: audience },
      hint.metadata === undefined ? secret : undefined,
    );
  }

  /** What a provider sends back with the browser. */
  async frontChannel(request: URLSearchParams): Promise<Readonly<Record<string, string>>> {
    this.nonce = request.get("nonce") ?? undefined;
    const types = (request.get("response_type") ?? "code").split(" ");
    const provider = this.facts?.providers.find(
      ({ clientId, metadata }) => metadata !== undefined && clientId === request.get("client_id"),
    );
    return {
      ...(types.includes("code") && { code: "outside-code" }),
      ...(types.includes("id_token") && provider && { id_token: await this.#idToken(provider) }),
    };
  }

  #idToken(provider: OutsideProvider): Promise<string> {
    const nonce = this.nonce === undefined ? {} : { nonce: this.nonce };
    const claims = { ...provider.claims, iss: provider.issuer, aud: provider.clientId, ...nonce };
    return this.#sign(claims, undefined);
  }

  async #tokens(provider: OutsideProvider): Promise<Readonly<Record<string, unknown>>> {
    return {
      access_token: "outside-access-token",
      token_type: "Bearer",
      expires_in: 3600,
      refresh_token: "outside-refresh-token",
      ...(provider.metadata !== undefined && { id_token: await this.#idToken(provider) }),
    };
  }

  async #sign(claims: Readonly<Record<string, unknown>>, secret: string | undefined): Promise<string> {
    const now = Math.floor(this.#now() / 1000);
    const token = new SignJWT({ iat: now, nbf: now - 60, exp: now + 3600, ...claims });
    if (secret !== undefined)
      return token.setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(new TextEncoder().encode(secret));
    return token
      .setProtectedHeader({ alg: "RS256", kid: "outside", typ: "JWT" })
      .sign((await this.#key).privateKey);
  }
}

function metadata(issuer: string, url: string): Readonly<Record<string, unknown>> {
  const { origin } = new URL(url);
  return {
    issuer,
    authorization_endpoint: `${origin}/stub/authorize`,
    token_endpoint: `${origin}/stub/token`,
    userinfo_endpoint: `${origin}/stub/userinfo`,
    jwks_uri: `${origin}/stub/keys`,
    response_types_supported: ["code", "id_token"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
}

/** Who asks for a token gets one. */
function tokenAnswer(request: OutsideRequest): Record<string, unknown> {
  return /grant_type=/.test(request.body)
    ? { access_token: "outside-access-token", token_type: "Bearer", expires_in: 3600 }
    : {};
}

function sameAddress(one: string, other: string): boolean {
  const plain = (text: string) => (text.split("?", 1)[0] ?? "").replace(/\/+$/, "").toLowerCase();
  return plain(one) === plain(other);
}

function json(value: unknown): OutsideAnswer {
  return {
    status: 200,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(value),
  };
}
