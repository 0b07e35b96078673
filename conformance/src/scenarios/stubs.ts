import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import type { OutsideAnswer, OutsideRequest } from "../lab/outside-hosts.ts";
import type { Stub } from "./scenario-file.ts";
import { fillWords, type WordReader } from "./words.ts";

interface StubKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** The keys of all stubs: one that their key sets publish, and one that nobody knows. */
export class StubKeys {
  #known: Promise<StubKey> | undefined;
  #unknown: Promise<StubKey> | undefined;

  known(): Promise<StubKey> {
    this.#known ??= makeKey("stub-key");
    return this.#known;
  }

  unknown(): Promise<StubKey> {
    this.#unknown ??= makeKey("stub-key");
    return this.#unknown;
  }
}

async function makeKey(kid: string): Promise<StubKey> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" } };
}

/** Answers for outside hosts as a scenario's stubs say, and remembers every call. */
export class StubHosts {
  calls = 0;
  /** Calls that no stub stood for. */
  readonly strays: string[] = [];
  #stubs: readonly Stub[];
  readonly #keys: StubKeys;
  readonly #words: WordReader;
  readonly #now: () => number;

  constructor(options: {
    readonly stubs: readonly Stub[];
    readonly keys: StubKeys;
    readonly words: WordReader;
    readonly now: () => number;
  }) {
    this.#stubs = options.stubs;
    this.#keys = options.keys;
    this.#words = options.words;
    this.#now = options.now;
  }

  replace(stubs: readonly Stub[]): void {
    this.#stubs = stubs;
  }

  async answer(request: OutsideRequest): Promise<OutsideAnswer> {
    for (const stub of this.#stubs) {
      if (!(await this.#fits(stub, request))) continue;
      this.calls += 1;
      return this.#write(stub);
    }
    this.strays.push(`${request.method} ${request.url}?${request.query} ${request.body.slice(0, 300)}`);
    return { status: 404, body: "" };
  }

  async #fits(stub: Stub, request: OutsideRequest): Promise<boolean> {
    const url = String(await fillWords(stub.url, this.#words));
    if (withoutSlash(url) !== withoutSlash(request.url)) return false;
    if (stub.method !== undefined && stub.method.toUpperCase() !== request.method) return false;
    const expected = await fillWords(stub.expect ?? {}, this.#words);
    const form = new URLSearchParams(request.body);
    return (
      includes(expected.query, (name) => request.query.get(name)) &&
      includes(expected.form, (name) => form.get(name)) &&
      includes(expected.headers, (name) => headerText(request.headers[name.toLowerCase()])) &&
      !(expected.bodyAbsent === true && request.body !== "")
    );
  }

  async #write(stub: Stub): Promise<OutsideAnswer> {
    const answer = (await this.#signed(await fillWords(stub.answer, this.#words))) as Readonly<
      Record<string, unknown>
    >;
    const status = Number(answer.status ?? 200);
    const json = (value: unknown) => ({
      status,
      headers: { "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify(value),
    });
    if (answer.jwks !== undefined) return json({ keys: [(await this.#keys.known()).jwk] });
    if (answer.json !== undefined) return json(answer.json);
    if (answer.form !== undefined)
      return {
        status,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams(answer.form as Record<string, string>).toString(),
      };
    return {
      status,
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: String(answer.text ?? ""),
    };
  }

  /** Puts tokens in the place of `{"$jwt": claims}`. */
  async #signed(value: unknown): Promise<unknown> {
    if (Array.isArray(value)) return Promise.all(value.map((each) => this.#signed(each)));
    if (typeof value !== "object" || value === null) return value;
    if ("$jwt" in value) return this.#sign(value as { readonly $jwt: object; readonly $signWith?: string });
    const entries = Object.entries(value).map(
      async ([name, each]) => [name, await this.#signed(each)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }

  async #sign({ $jwt, ...more }: { readonly $jwt: object; readonly $signWith?: string }): Promise<string> {
    const { $signWith: inside, ...claims } = $jwt as Record<string, unknown>;
    const stranger = more.$signWith === "unknown-key" || inside === "unknown-key";
    const key = await (stranger ? this.#keys.unknown() : this.#keys.known());
    const now = Math.floor(this.#now() / 1000);
    return new SignJWT({ iat: now, nbf: now, exp: now + 3600, ...claims })
      .setProtectedHeader({ alg: "RS256", kid: key.kid, typ: "JWT" })
      .sign(key.privateKey);
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "").toLowerCase();
}

function includes(
  expected: Readonly<Record<string, string>> | undefined,
  get: (name: string) => string | null | undefined,
): boolean {
  return Object.entries(expected ?? {}).every(([name, value]) => get(name) === String(value));
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(", ") : value;
}
