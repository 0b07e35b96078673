import type { FederationPort } from "@vestibule/engine";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFederation } from "./federation.ts";
import { ScriptedOAuth2 } from "./testing/oauth2-provider.ts";

// Whatever a provider answers, the journey gets claims or a failure with a code: nothing is thrown, nothing hangs.

let idp: ScriptedOAuth2;
let federation: FederationPort;
beforeAll(async () => {
  idp = await ScriptedOAuth2.start();
  federation = createFederation({ allowInsecureHttp: true, now: Date.now });
});
afterAll(() => idp.close());

const status = fc.constantFrom(200, 200, 200, 201, 204, 206, 301, 400, 401, 403, 404, 418, 429, 500);
const type = fc.constantFrom("application/json", "text/html", "application/x-www-form-urlencoded", "x/y");
const token = fc.record({
  access_token: fc.oneof(fc.string(), fc.jsonValue()),
  token_type: fc.jsonValue(),
  expires_in: fc.jsonValue(),
  refresh_token: fc.jsonValue(),
  id_token: fc.jsonValue(),
  error: fc.option(fc.jsonValue(), { freq: 5 }),
});
const body = fc.oneof(
  fc.string(),
  fc.jsonValue(),
  fc.constantFrom(
    "",
    "null",
    "callback({})",
    "callback(",
    "a=b&c",
    "[".repeat(5_000),
    '{"__proto__":{"x":1}}',
  ),
);
const reply = (content: fc.Arbitrary<unknown>) => fc.record({ status, type, body: content });

describe("an OAuth 2.0 provider that answers anything", () => {
  it("gives claims or a failure with its code, and no secret is in it", async () => {
    await fc.assert(
      fc.asyncProperty(reply(fc.oneof(body, token)), reply(body), async (tokenReply, claims) => {
        const noBody = (status: number) => status === 204;
        idp.token = { ...tokenReply, ...(noBody(tokenReply.status) && { body: "" }) };
        idp.claims = { ...claims, ...(noBody(claims.status) && { body: "" }) };
        const provider = idp.profile({ errorMember: "errcode", tokenAnswerClaims: ["id"] });
        const begun = await federation.begin(provider, { state: "the-state", parameters: {} });
        if (!("url" in begun)) throw new Error("not begun");
        const result = await federation.complete(provider, begun.saved, { state: "the-state", code: "c" });
        if (result.kind === "refused") {
          expect(result.code).toMatch(/^AADB2C902(43|73|89)$|^AADB2C90190$/);
          expect(result.detail).not.toContain("our: secret");
        } else if (result.kind === "providerError") expect(typeof result.error).toBe("string");
        else {
          expect(Object.getPrototypeOf(result.claims)).toBe(Object.prototype);
          expect(result.tokens.accessToken).not.toBe("");
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
