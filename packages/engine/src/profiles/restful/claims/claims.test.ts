import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Run, runProfile } from "../profile-context.fixture.ts";

const anonymous = { AuthenticationType: "None", AllowInsecureAuthInProduction: "true" };
const service = "https://api.fabrikam.example/v1/members";
const call = (metadata: Readonly<Record<string, string>>, more: Partial<Run> = {}) =>
  runProfile({ metadata: { ...anonymous, ServiceUrl: service, ...metadata }, ...more });

describe("the request", () => {
  it("carries each data type in its own form in a body", async () => {
    const { sent } = await call(
      {},
      {
        input: [
          ["displayName", "Name.Full"],
          "visits",
          "lastSeen",
          "groups",
          "extension_OptIn",
          "city",
          "tier",
        ],
        claims: {
          displayName: 'a"b',
          visits: 7,
          lastSeen: "2024-05-01T09:30:00+02:00",
          groups: ["x"],
          extension_OptIn: true,
          city: "",
        },
      },
    );
    expect(sent[0]?.body).toBe(
      '{"Name.Full":"a\\"b","visits":7,"lastSeen":"2024-05-01T07:30:00.0000000Z","groups":["x"],"extension_OptIn":true,"city":""}',
    );
    expect(sent[0]).toMatchObject({ timeout: 30_000, tries: 3 });
  });

  it.each([
    ["Body", "POST", "{}"],
    ["Form", "POST", ""],
    ["Header", "GET", undefined],
    ["QueryString", "GET", undefined],
    ["Url", "GET", undefined],
  ])("sends nothing but itself in %s mode without input claims", async (SendClaimsIn, method, body) => {
    const { sent } = await call({ SendClaimsIn });
    expect(sent[0]).toMatchObject({ method, url: service });
    expect(sent[0]?.body).toBe(body);
  });

  it("encodes form and query texts", async () => {
    const input = ["displayName", "groups"] as const;
    const claims = { displayName: "Å & b=c", groups: ["x", "y"] };
    const form = await call({ SendClaimsIn: "Form" }, { input, claims });
    expect(form.sent[0]?.body).toBe("displayName=%C3%85+%26+b%3Dc&groups=x%2Cy");
    const query = await call(
      { SendClaimsIn: "QueryString", ServiceUrl: `${service}?a=1#x` },
      { input, claims },
    );
    expect(query.sent[0]?.url).toBe(`${service}?a=1&displayName=%C3%85%20%26%20b%3Dc&groups=x%2Cy`);
  });

  it("keeps claims away from headers that are not theirs", async () => {
    const { sent, record } = await call(
      { SendClaimsIn: "Header" },
      {
        input: [
          ["displayName", "Host"],
          ["city", "Authorization"],
          ["tier", "x-tier"],
        ],
        claims: { displayName: "a", city: "b", tier: "c" },
      },
    );
    expect(sent[0]?.headers).toMatchObject({ "x-tier": "c" });
    expect(Object.keys(sent[0]?.headers ?? {}).map((name) => name.toLowerCase())).not.toContain(
      "authorization",
    );
    expect(record.warnings).toEqual(["header-not-settable:Host", "header-not-settable:Authorization"]);
  });

  it("sends no headers that are longer than servers take", async () => {
    const header = (length: number) =>
      call({ SendClaimsIn: "Header" }, { input: [["city", "x-city"]], claims: { city: "c".repeat(length) } });
    expect((await header(15_000)).sent).toHaveLength(1);
    const { sent, result } = await header(17_000);
    expect(sent).toEqual([]);
    expect(result.kind).toBe("systemError");
  });

  it("puts a claim's value into its place of the address and nowhere else", async () => {
    const url = { SendClaimsIn: "Url", ServiceUrl: "https://api.fabrikam.example/u/{id}/m?$select=a,b" };
    const input = [["objectId", "id"]] as const;
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), async (objectId) => {
        const { sent, result } = await call(url, { input, claims: { objectId } });
        if (/^\.{1,2}$/.test(objectId)) {
          expect(sent).toEqual([]);
          expect(result.kind).toBe("systemError");
          return;
        }
        const target = new URL(sent[0]?.url ?? "");
        expect(target.host).toBe("api.fabrikam.example");
        expect(decodeURIComponent(target.pathname)).toBe(`/u/${objectId.toWellFormed()}/m`);
        expect(target.search).toBe("?$select=a,b");
      }),
      { numRuns: 200 },
    );
  });

  it("expands claim resolvers in the address where it is told to, and never in the host", async () => {
    const url = {
      SendClaimsIn: "Url",
      ServiceUrl: `${service}/{Culture:RFC5646}/{OIDC:ClientId}?p={Policy:PolicyId}`,
    };
    const { sent } = await call({ ...url, ClaimResolverUrlFormatting: "true" });
    expect(sent[0]?.url).toBe(`${service}/sv-SE/5d0c1f7e-0b52-4c39-9a1d-6f2f0e7a1c11?p=B2C_1_signup`);
    await expect(call({ SendClaimsIn: "Url", ServiceUrl: "https://{id}.example/" })).rejects.toThrow(
      "AADB2C90026",
    );
  });

  it("is counted for the address as it is written, whoever's value stands in it", async () => {
    const url = { SendClaimsIn: "Url", ServiceUrl: "https://api.fabrikam.example/u/{id}/m?$select=a" };
    const input = [["objectId", "id"]] as const;
    const { sent, record } = await call(url, { input, claims: { objectId: "ida" } });
    const template = "https://api.fabrikam.example/u/{id}/m";
    expect(sent[0]).toMatchObject({
      url: "https://api.fabrikam.example/u/ida/m?$select=a",
      endpoint: template,
    });
    expect(record.request).toMatchObject({ url: "https://api.fabrikam.example/u/ida/m", template });
    const fixed = await call({}, { claims: {} });
    expect(fixed.sent[0]).not.toHaveProperty("endpoint");
    expect(fixed.record.request).not.toHaveProperty("template");
  });

  it.each(["Body", "QueryString", "Url"])(
    "is not made where a claim resolver's value would climb out of its place (%s)",
    async (SendClaimsIn) => {
      const url = {
        SendClaimsIn,
        ServiceUrl: `${service}/{Claim:city}/{Claim:tier}/m`,
        ClaimResolverUrlFormatting: "true",
      };
      const input = [["displayName", "displayName"]] as const;
      const fine = await call(url, { input, claims: { city: "a.", tier: "../admin" } });
      expect(new URL(fine.sent[0]?.url ?? "").pathname).toBe(`${new URL(service).pathname}/a./..%2Fadmin/m`);
      const { sent, result } = await call(url, { input, claims: { city: "..", tier: "." } });
      expect(sent).toEqual([]);
      expect(result.kind).toBe("systemError");
    },
  );

  it("is not made where the payload claim is empty", async () => {
    const { sent, result } = await call(
      { ClaimUsedForRequestPayload: "payload" },
      { claims: { payload: "" } },
    );
    expect(sent).toEqual([]);
    expect(result).toMatchObject({ kind: "systemError", code: "AADB2C90075" });
  });

  it.each([
    [{}, ["bearerToken"], {}, "AADB2C90192"],
    [{ UseClaimAsBearerToken: "bearerToken" }, ["city"], {}, "AADB2C90193"],
    [{ UseClaimAsBearerToken: "bearerToken" }, ["bearerToken"], {}, "AADB2C90194"],
    [{ UseClaimAsBearerToken: "bearerToken" }, ["bearerToken"], { bearerToken: "" }, "AADB2C90195"],
  ])("is not made without a bearer token: %j", async (metadata, input, claims, code) => {
    const { sent, result } = await call({ AuthenticationType: "Bearer", ...metadata }, { input, claims });
    expect(sent).toEqual([]);
    expect(result).toMatchObject({ kind: "systemError", code });
  });

  it("keeps a bearer token out of body and record", async () => {
    const { sent, record } = await call(
      { AuthenticationType: "Bearer", UseClaimAsBearerToken: "bearerToken" },
      { input: ["bearerToken", "city"], claims: { bearerToken: "tok.en", city: "Oslo" } },
    );
    expect(sent[0]).toMatchObject({ headers: { authorization: "Bearer tok.en" }, body: '{"city":"Oslo"}' });
    expect(JSON.stringify(record)).not.toContain("tok.en");
  });
});

describe("the answer", () => {
  const output = ["displayName", "visits", "groups", "extension_OptIn", "lastSeen"] as const;
  const answered = (body: unknown, more: Partial<Run> = {}) =>
    call({}, { output, answer: { status: 200, body }, ...more });

  it("becomes claims of the declared types", async () => {
    const { result } = await answered({
      displayname: { first: "Ida" },
      visits: "12",
      groups: ["a", 1, { b: 2 }],
      extension_OptIn: 1,
      lastSeen: 1_714_555_800,
    });
    expect(result).toEqual({
      kind: "values",
      values: {
        displayName: '{"first":"Ida"}',
        visits: 12,
        groups: ["a", "1", '{"b":2}'],
        extension_OptIn: true,
        lastSeen: "2024-05-01T09:30:00.0000000Z",
      },
    });
  });

  it.each([
    [{ visits: "abc" }],
    [{ visits: 2_147_483_648 }],
    [{ visits: "" }],
    [{ visits: true }],
    [{ extension_OptIn: "yes" }],
    [{ lastSeen: "2024-02-30" }],
    [{ lastSeen: {} }],
  ])("fails as a whole where a value does not convert: %j", async (body) => {
    expect((await answered(body)).result).toMatchObject({ kind: "systemError", code: "AADB2C90255" });
  });

  it("may be empty, and need not be JSON where nothing is expected of it", async () => {
    expect((await answered("")).result).toEqual({ kind: "values", values: {} });
    expect((await answered("<p>ok</p>", { output: [] })).result.kind).toBe("values");
    expect((await answered("<p>ok</p>")).result).toMatchObject({ code: "AADB2C90255" });
    expect((await answered("[]")).result).toMatchObject({ code: "AADB2C90255" });
  });

  it("is read by paths where the profile says so, the literal key first", async () => {
    const body = { "a.b": "literal", a: { b: "nested", list: [{ c: "x" }] } };
    const paths = [
      ["displayName", "a.b"],
      ["city", "a.list[0].c"],
      ["tier", "a.list.0.c"],
      ["payload", "a.list[7].c"],
    ] as const;
    const on = await call(
      { ResolveJsonPathsInJsonTokens: "true" },
      { output: paths, answer: { status: 200, body } },
    );
    expect(on.result).toEqual({
      kind: "values",
      values: { "a.b": "literal", "a.list[0].c": "x", "a.list.0.c": "x" },
    });
    const off = await call({}, { output: paths, answer: { status: 200, body } });
    expect(off.result).toEqual({ kind: "values", values: { "a.b": "literal" } });
  });

  it("shows an API's sentence on the page and makes it the reason in a step", async () => {
    const answer = { status: 409, body: { UserMessage: "Not\r\nyours.", code: "A1" } };
    expect((await call({}, { answer })).result).toEqual({ kind: "userError", message: "Not\r\nyours." });
    expect((await call({ DebugMode: "true" }, { answer })).result).toMatchObject({
      message: "Not\r\nyours.\nCode: A1",
    });
    expect((await call({}, { answer, caller: "step" })).result).toMatchObject({
      code: "AADB2C90075",
      message: expect.stringContaining("Code 'Conflict' and Reason 'Not yours.'"),
    });
  });
});

describe("wrong metadata is named when the policy is loaded", () => {
  it.each([
    [{ AuthenticationType: "Baisc" }, "Basic"],
    [{ SendClaimsIn: "body2" }, "AADB2C90029"],
    [{ ServiceUrl: "" }, "AADB2C90023"],
    [{ ServiceUrl: "api.example/x" }, "AADB2C90026"],
    [{ DebugMode: "maybe" }, "AADB2C90030"],
    [{ AuthenticationType: "ClientCertificate" }, "ClientCertificate"],
    [{ AuthenticationType: "ApiKeyHeader" }, "AADB2C90025"],
    [{ IgnoreServerCertificateErrors: "true" }, "AADB2C90259"],
    [{ "vestibule.tries": "0" }, "1 to 10"],
    [{ "vestibule.preset": "b2c-2026" }, "b2c-2025"],
  ])("%j", async (metadata, text) => {
    await expect(call(metadata)).rejects.toThrow(text);
  });

  it("and the preset's numbers differ for user flows and custom policies", async () => {
    const newer = { "vestibule.preset": "b2c-2025" };
    expect((await call(newer)).sent[0]).toMatchObject({ timeout: 10_000, tries: 2 });
    const connector = { ...newer, "vestibule.connectorStep": "PostAttributeCollection" };
    expect((await call(connector)).sent[0]).toMatchObject({ timeout: 5_000, tries: 2 });
    const own = { ...newer, "vestibule.timeoutInMilliseconds": "1500", "vestibule.tries": "4" };
    expect((await call(own)).sent[0]).toMatchObject({ timeout: 1500, tries: 4 });
  });
});
