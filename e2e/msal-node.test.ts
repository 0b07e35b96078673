import { type ChildProcess, fork } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { HttpClient, signInByHttp } from "./http-client.ts";
import {
  confidentialClient,
  demo,
  publicClient,
  type SampleServer,
  startSample,
  tenantDomain,
  tenantId,
} from "./sample-server.ts";

const policy = "B2C_1_signup_signin";
const redirectUri = "http://localhost:9/cb";
const program = fileURLToPath(new URL("msal-node-client.mjs", import.meta.url));

interface Tokens {
  readonly accessToken: string;
  readonly idTokenClaims: Readonly<Record<string, unknown>>;
  readonly fromCache: boolean;
}

/** The application, in a process that trusts the local authority as a person would make it trusted. */
class Application {
  readonly #process: ChildProcess;
  #last = 0;

  constructor(sample: SampleServer, client: { readonly id: string; readonly secret?: string }) {
    const auth = {
      clientId: client.id,
      ...(client.secret !== undefined && { clientSecret: client.secret }),
      authority: `${sample.httpsUrl}/${tenantDomain}/${policy}`,
      knownAuthorities: [new URL(sample.httpsUrl).host],
    };
    this.#process = fork(program, {
      execArgv: [],
      env: {
        ...process.env,
        NODE_EXTRA_CA_CERTS: sample.authorityFile,
        MSAL_CONFIGURATION: JSON.stringify({ auth }),
      },
    });
  }

  async call<T>(method: "authCodeUrl" | "byCode" | "silent" | "accounts", argument?: unknown): Promise<T> {
    if (this.#last === 0) await this.#answer(0);
    this.#last += 1;
    const answer = this.#answer(this.#last);
    this.#process.send({ id: this.#last, method, argument });
    return (await answer) as T;
  }

  #answer(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const listen = (message: { id: number; result?: unknown; error?: string }) => {
        if (message.id !== id) return;
        this.#process.off("message", listen);
        if (message.error === undefined) resolve(message.result);
        else reject(new Error(message.error));
      };
      this.#process.on("message", listen);
      this.#process.once("exit", (code) => reject(new Error(`the application ended with ${code}`)));
    });
  }

  close(): void {
    this.#process.kill();
  }
}

/** protocol.md 12.1 and C242. */
describe("an application with @azure/msal-node", () => {
  let sample: SampleServer;
  let application: Application;
  beforeAll(async () => {
    sample = await startSample();
  });
  afterAll(() => sample?.close());
  afterEach(() => application.close());

  it.each([
    ["with a secret", confidentialClient],
    ["without a secret", { id: publicClient }],
  ])("signs a person in and renews the tokens silently, %s", async (_name, client) => {
    application = new Application(sample, client);
    const scopes = [client.id, "offline_access"];
    const verifier = randomBytes(32).toString("base64url");
    const url = await application.call<string>("authCodeUrl", {
      scopes,
      redirectUri,
      codeChallenge: createHash("sha256").update(verifier).digest("base64url"),
      codeChallengeMethod: "S256",
      state: "kept",
    });
    expect(url).toMatch(`${sample.httpsUrl}/${tenantDomain}/${policy.toLowerCase()}/oauth2/v2.0/authorize?`);

    const person = new HttpClient(sample.authority);
    const callback = await signInByHttp(person, url, demo.email, demo.password);
    expect(callback.searchParams.get("state")).toBe("kept");
    const tokens = await application.call<Tokens>("byCode", {
      scopes,
      redirectUri,
      code: callback.searchParams.get("code"),
      codeVerifier: verifier,
    });
    expect(tokens.idTokenClaims).toMatchObject({
      name: "Demo Person",
      tfp: policy,
      extension_PromotionCode: "WELCOME-GOLD",
    });
    expect(await application.call("accounts")).toMatchObject([
      {
        homeAccountId: `${tokens.idTokenClaims.oid}-${policy.toLowerCase()}.${tenantId}`,
      },
    ]);

    const cached = await application.call<Tokens>("silent", { scopes });
    expect([cached.fromCache, cached.accessToken]).toEqual([true, tokens.accessToken]);
    const renewed = await application.call<Tokens>("silent", { scopes, forceRefresh: true });
    expect(renewed.fromCache).toBe(false);
    expect(renewed.idTokenClaims.sub).toBe(tokens.idTokenClaims.sub);
    expect(await application.call("accounts")).toHaveLength(1);
  });
});
