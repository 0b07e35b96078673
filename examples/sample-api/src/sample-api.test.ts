import { afterAll, beforeAll, expect, it } from "vitest";
import { type SampleApi, startSampleApi } from "./sample-api.ts";

let api: SampleApi;
beforeAll(async () => {
  api = await startSampleApi({ port: 0 });
});
afterAll(() => api.close());

const authorization = `Basic ${Buffer.from("connector:sample-password").toString("base64")}`;

async function post(path: string, body: unknown, headers: Record<string, string> = { authorization }) {
  const response = await fetch(api.url.replace("localhost", "127.0.0.1") + path, {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
}

const creating = (claims: object) => post("/before-creating", { step: "PostAttributeCollection", ...claims });
const federating = (email: string) => post("/after-federating", { step: "PostFederationSignup", email });

it("lets in who is on the allow-list and prefills a job title", async () => {
  expect((await federating("a@Contoso.example")).body).toMatchObject({
    action: "Continue",
    jobTitle: "Member",
  });
  expect((await federating("a@blocked.example")).body).toMatchObject({ action: "ShowBlockPage" });
  expect((await federating("a@elsewhere.test")).body).toMatchObject({ action: "ShowBlockPage" });
});

it("corrects, blocks and enriches by the loyalty number", async () => {
  const number = (value: string) => creating({ extension_LoyaltyNumber: value });
  expect(await number("12")).toMatchObject({ status: 400, body: { action: "ValidationError", status: 400 } });
  expect(await number("000000")).toMatchObject({ status: 200, body: { action: "ShowBlockPage" } });
  expect((await number(" 123457 ")).body).toMatchObject({
    action: "Continue",
    extension_LoyaltyNumber: "123457",
    extension_LoyaltyTier: "Silver",
  });
  expect((await creating({})).body).toMatchObject({ action: "Continue", extension_LoyaltyTier: "Bronze" });
  expect((await creating({ email: "x@blocked.example" })).body).toMatchObject({ action: "ShowBlockPage" });
});

it("adds a promotion code to the token", async () => {
  const claims = { step: "PreTokenIssuance", extension_0a1b2c3d4e5f60718293a4b5c6d7e8f9_LoyaltyTier: "Gold" };
  expect((await post("/before-token", claims)).body).toMatchObject({
    extension_PromotionCode: "WELCOME-GOLD",
  });
});

it("refuses strangers, other methods, wrong steps and nonsense", async () => {
  expect((await post("/before-token", {}, {})).status).toBe(401);
  expect((await post("/before-token", { step: "PostFederationSignup" })).status).toBe(400);
  expect((await post("/before-token", "{")).status).toBe(400);
  expect((await post("/before-token", "x".repeat(300_000))).status).toBe(413);
  expect((await post("/elsewhere", {})).status).toBe(404);
});
