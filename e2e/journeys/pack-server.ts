import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningServer, startServer } from "@vestibule/server";
import type { Page } from "playwright-core";
import { freePort } from "../connectors/world.ts";
import { client, SocialNetwork } from "./social-network.ts";

/** Microsoft's starter packs as they were published. They lie beside the project, not in it. */
export const packsFolder = join(import.meta.dirname, "../../../shared/corpus/starterpack");

/** The tenant that the packs are written for: they run byte for byte as they are. */
const tenantDomain = "yourtenant.onmicrosoft.com";
const tenantId = "cccccccc-0000-4000-8000-000000000001";
const clientId = "cccccccc-0000-4000-8000-0000000000a1";

type Claims = Readonly<Record<string, unknown>>;

type FurtherPolicies = (
  redirectUri: string,
  signedOut: (policy: string) => string,
) => Promise<Readonly<Record<string, string>>>;

/** A whole server with one starter pack and its social network. */
export class PackServer {
  readonly server: RunningServer;
  readonly network: SocialNetwork;
  readonly #folder: string;

  private constructor(server: RunningServer, network: SocialNetwork, folder: string) {
    this.server = server;
    this.network = network;
    this.#folder = folder;
  }

  /** `further` names policy files beside the pack's, once it is known where providers send the browser back to. */
  static async start(pack: string, further: FurtherPolicies = async () => ({})): Promise<PackServer> {
    const folder = await mkdtemp(join(tmpdir(), "vestibule-pack-"));
    const network = await SocialNetwork.start();
    const httpPort = await freePort();
    const directory = join(folder, "tenant");
    await mkdir(directory);
    await cp(join(packsFolder, pack), join(directory, "policies"), { recursive: true });
    const documents = {
      "tenant.json": {
        id: tenantId,
        displayName: "Your tenant",
        defaultDomain: tenantDomain,
        domains: [tenantDomain],
        extensionsAppId: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
      },
      "applications.json": [
        {
          appId: clientId,
          displayName: "Application",
          web: {
            redirectUris: [`http://localhost:${httpPort}/cb`],
            implicitGrantSettings: { enableIdTokenIssuance: true },
          },
        },
      ],
    };
    for (const [name, document] of Object.entries(documents))
      await writeFile(join(directory, name), JSON.stringify(document));
    const base = `http://localhost:${httpPort}/${tenantDomain}`;
    const policies = await further(
      `${base}/oauth2/authresp`,
      (policy) => `${base}/${policy.toLowerCase()}/oauth2/v2.0/logout`,
    );
    for (const [name, text] of Object.entries(policies))
      await writeFile(join(directory, "policies", name), text);
    const server = await startServer({
      directories: [directory],
      mode: "development",
      watch: false,
      httpPort,
      dataDir: join(folder, "data"),
      passwordHashing: { memoryCost: 8, timeCost: 1, parallelism: 1 },
      logLevel: "silent",
      insecureOpenSocket: network.openSocket,
    });
    network.allow(`${base}/oauth2/authresp`);
    const served = new PackServer(server, network, folder);
    await served.setSecret("B2C_1A_FacebookSecret", client.secret);
    return served;
  }

  async setSecret(container: string, value: string): Promise<void> {
    const name = container.toLowerCase();
    const key = { id: name, kind: "secret", value, uploaded: 0 } as const;
    await this.server.context.store.policyKeys.add(tenantId, name, key);
  }

  /** Begins a journey of the policy in the page, as an application does; an empty parameter is left out. */
  async open(page: Page, policy: string, parameters: Readonly<Record<string, string>> = {}): Promise<void> {
    const query = new URLSearchParams({
      client_id: clientId,
      response_type: "id_token",
      response_mode: "fragment",
      redirect_uri: `${this.server.url}/cb`,
      scope: "openid",
      nonce: "n-of-the-test",
      prompt: "login",
      ...parameters,
    });
    for (const [name, value] of [...query]) if (value === "") query.delete(name);
    await page.goto(`${this.server.url}/${tenantDomain}/${policy}/oauth2/v2.0/authorize?${query}`);
  }

  async signOut(page: Page, policy: string): Promise<void> {
    const query = new URLSearchParams({ post_logout_redirect_uri: `${this.server.url}/cb` });
    await page.goto(`${this.server.url}/${tenantDomain}/${policy}/oauth2/v2.0/logout?${query}`);
  }

  /** What the application got: the claims of the id token, or the error. */
  async answer(page: Page): Promise<{ readonly claims?: Claims; readonly error?: string }> {
    await page.waitForURL((url) => url.pathname === "/cb");
    const fields = new URLSearchParams(new URL(page.url()).hash.slice(1));
    const idToken = fields.get("id_token");
    if (idToken !== null)
      return { claims: JSON.parse(Buffer.from(idToken.split(".")[1] ?? "", "base64url").toString()) };
    return { error: `${fields.get("error")}: ${fields.get("error_description")}` };
  }

  async claims(page: Page): Promise<Claims> {
    const { claims, error } = await this.answer(page);
    if (claims === undefined) throw new Error(error);
    return claims;
  }

  /** The newest code that was mailed to the address or sent to the number. */
  async code(address: string): Promise<string> {
    const messages = await this.server.context.store.outbox.list(tenantId, 50);
    const code = messages.find(({ to }) => to === address)?.code;
    if (code === undefined) throw new Error(`no code was sent to ${address}`);
    return code;
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.network.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
