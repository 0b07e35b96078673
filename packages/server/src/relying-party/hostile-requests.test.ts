import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseAddress } from "./address.ts";
import { findRedirectUri } from "./redirect-uri.ts";
import { authorize, minimal } from "./requests.fixture.ts";
import { startTestServer, type TestServer } from "./server.fixture.ts";
import { testTenant } from "./tenants.fixture.ts";

/** Random hostile input; the WHATWG parser, which browsers follow, is the judge. Security lessons 6 and 8. */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const registered = "https://app.example/cb";
const piece = fc.constantFrom(
  ..."/ // \\ @ : . .. ? # % %2f %2e %00 %0d%0a ; & = + * ~ [ ] \t \n \u0000 \u200b \u3002 é a A 443 :443 evil.example https: javascript:".split(
    " ",
  ),
  " ",
  "",
);
/** The registered URI with pieces put in, taken out or put in place of others. */
const mutated = fc
  .array(fc.tuple(fc.nat(registered.length), fc.nat(3), piece), { minLength: 1, maxLength: 3 })
  .map((changes) =>
    changes.reduce((uri, [at, length, text]) => uri.slice(0, at) + text + uri.slice(at + length), registered),
  );

test("whatever is taken for a registered redirect URI is it for a browser too", () => {
  const [application] = testTenant().applications;
  if (!application) throw new Error("no application");
  const web = { ...application, redirectUris: [{ uri: registered, type: "web" as const }] };
  fc.assert(
    fc.property(mutated, (uri) => {
      if (findRedirectUri(web, uri)) expect(new URL(uri).href).toBe(registered);
    }),
    { numRuns: 3_000 },
  );
});

test("the browser is never sent anywhere but to a registered redirect URI", async () => {
  const value = fc.oneof(
    piece,
    mutated,
    fc.string({ maxLength: 40 }),
    fc.constantFrom("code", "id_token", "query", "none"),
  );
  const changes = fc.dictionary(
    fc.constantFrom(
      "redirect_uri",
      "response_type",
      "response_mode",
      "scope",
      "state",
      "nonce",
      "prompt",
      "client_id",
      "x",
    ),
    value,
    { maxKeys: 4 },
  );
  await fc.assert(
    fc.asyncProperty(changes, async (fields) => {
      const response = await authorize(server, { ...minimal.web, ...fields });
      expect(response.status).toBeLessThan(500);
      const location = response.headers.get("location");
      if (location !== null) expect(new URL(location).href).toMatch(/^https:\/\/app\.example\/cb[?#]/);
      expect(response.headers.get("set-cookie")).toBeNull();
    }),
    { numRuns: 200 },
  );
});

test("an address never throws, and never holds what another component would take for a separator", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.constantFrom("/contoso", "/B2C_1_x", "/oauth2/v2.0/token")), {
        maxLength: 8,
      }),
      (parts) => {
        const address = parseAddress(parts.join(""));
        const policySegment = address?.policyFrom === "path" ? address.policySegment : undefined;
        for (const segment of [address?.tenantSegment ?? "", policySegment ?? ""]) {
          expect(segment).not.toMatch(/[/\\]|^\.{1,2}$/);
          expect([...segment].every((character) => character >= " ")).toBe(true);
        }
      },
    ),
    { numRuns: 3_000 },
  );
});
