import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { publicClientId } from "../connectors/documents.ts";
import { tenantDomain } from "../connectors/person.ts";
import { goodPassword, newAddress, type World } from "../connectors/world.ts";

/** A native application on a port of its own, as a browser comes to it and back. */
export interface Application {
  /** Opens the policy as the application would. */
  open(page: Page, policy: string, parameters?: Readonly<Record<string, string>>): Promise<void>;
  /** What the browser brings back. */
  answer(page: Page): Promise<URLSearchParams>;
  close(): void;
}

const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

export async function startApplication(world: World): Promise<Application> {
  const server = createServer((_request, response) => {
    response
      .setHeader("Content-Type", "text/html")
      .end("<link rel=icon href=data:,><h1>the application</h1>");
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const redirectUri = `http://localhost:${(server.address() as AddressInfo).port}/cb`;
  return {
    async open(page, policy, parameters = {}) {
      const query = new URLSearchParams({
        client_id: publicClientId,
        response_type: "code",
        redirect_uri: redirectUri,
        scope: "openid",
        code_challenge: challenge,
        code_challenge_method: "S256",
        state: "kept",
        ui_locales: "en",
        ...parameters,
      });
      await page.goto(`${world.url}/${tenantDomain}/${policy}/oauth2/v2.0/authorize?${query}`);
    },
    async answer(page) {
      await page.waitForURL((url) => url.href.startsWith(redirectUri));
      return new URL(page.url()).searchParams;
    },
    close: () => server.close(),
  };
}

declare global {
  interface Window {
    readonly axe: { run(): Promise<axe.AxeResults> };
  }
}

/** Fails with the rules of axe that the page breaks. */
export async function expectAccessible(page: Page): Promise<void> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => (await window.axe.run()).violations);
  expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
}

export function accountsOf(world: World) {
  const tenant = world.server.context.tenants.find(tenantDomain);
  if (!tenant) throw new Error("the tenant is not served");
  return world.server.context.store.directory(tenant);
}

/** Makes an account and gives its address; the password is `goodPassword`. */
export async function newAccount(
  world: World,
  attributes: Readonly<Record<string, string>> = {},
): Promise<string> {
  const address = newAddress();
  const identity = { signInType: "emailAddress", issuer: tenantDomain, issuerAssignedId: address };
  const made = await accountsOf(world).create(
    { identities: [identity], attributes: { displayName: "Ida", ...attributes }, password: goodPassword },
    address,
  );
  if (made.kind !== "created") throw new Error(made.kind);
  return address;
}
