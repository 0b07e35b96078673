import { describe, expect, it } from "vitest";
import { extension, type Run, runProfile } from "../profile-context.fixture.ts";

const connector = (step: string, more: Readonly<Record<string, string>> = {}) => ({
  "vestibule.connectorStep": step,
  "vestibule.connectorId": "c-1",
  ...more,
});
const creating = connector("PostAttributeCollection");
const output = [
  "city",
  "jobTitle",
  ["extension_LoyaltyTier", extension("LoyaltyTier")],
  ["extension_OptIn", extension("OptIn")],
  ["extension_InviteCode", extension("InviteCode")],
  ["blockMessage", "vestibule.blockMessage"],
] as const;

const beforeCreating = (body: unknown, more: Partial<Run> = {}) =>
  runProfile({ metadata: creating, output, answer: { status: 200, body }, ...more });
const continueWith = (claims: object) => ({ version: "1.0.0", action: "Continue", ...claims });

describe("the request", () => {
  it("is one flat object in the order of the captured bodies, typed, without empty values and passwords", async () => {
    const { sent } = await runProfile({
      metadata: creating,
      input: [
        ["extension_LoyaltyTier", extension("LoyaltyTier")],
        ["extension_OptIn", "extension_OptIn"],
        "city",
        "givenName",
        "displayName",
        "email",
        ["newPassword", "hint"],
      ],
      claims: {
        email: "ida@contoso.example",
        displayName: "Ida",
        givenName: "Ida",
        city: "",
        extension_LoyaltyTier: "9007199254740993",
        extension_OptIn: false,
      },
      secrets: { newPassword: "hunter2!" },
    });
    expect(sent[0]?.body).toBe(
      `{"step":"PostAttributeCollection","client_id":"5d0c1f7e-0b52-4c39-9a1d-6f2f0e7a1c11","ui_locales":"sv-SE",` +
        `"email":"ida@contoso.example","displayName":"Ida","givenName":"Ida",` +
        `"${extension("LoyaltyTier")}":9007199254740993,"${extension("OptIn")}":false}`,
    );
    expect(sent[0]).toMatchObject({
      method: "POST",
      url: "https://api.fabrikam.example/signup?code=k-123",
      headers: { authorization: "Basic Y29ubmVjdG9yOnMzY3I6ZXQ=", accept: "application/json" },
      timeout: 30_000,
      tries: 3,
    });
  });

  it("names the federated identity from the provider's claims or from alternativeSecurityId", async () => {
    const identity = [{ signInType: "federated", issuer: "google.com", issuerAssignedId: "1100" }];
    const alternative = `{"type":6,"identityProvider":"google.com","key":"${Buffer.from("1100").toString("base64")}"}`;
    for (const claims of [
      { identityProvider: "google.com", issuerUserId: "1100" },
      { alternativeSecurityId: alternative },
    ] as const) {
      const { sent } = await runProfile({ metadata: connector("PostFederationSignup"), claims });
      expect(JSON.parse(sent[0]?.body ?? "").identities).toEqual(identity);
    }
  });

  it("sends the directory's values before the token, not the journey's", async () => {
    const { sent } = await runProfile({
      metadata: connector("PreTokenIssuance"),
      input: ["city", ["extension_InviteCode", "extension_InviteCode"]],
      claims: { objectId: "c2b6a0c4", city: "Typed", extension_InviteCode: "only in this journey" },
      account: {
        objectId: "c2b6a0c4",
        accountEnabled: true,
        identities: [
          { signInType: "emailAddress", issuer: "contoso.onmicrosoft.com", issuerAssignedId: "i@c.example" },
          { signInType: "userPrincipalName", issuer: "contoso.onmicrosoft.com", issuerAssignedId: "x@c" },
        ],
        attributes: { city: "Stored" },
      },
    });
    const body = JSON.parse(sent[0]?.body ?? "");
    expect(body).toMatchObject({ step: "PreTokenIssuance", objectId: "c2b6a0c4", city: "Stored" });
    expect(body.identities).toHaveLength(1);
    expect(body).not.toHaveProperty(extension("InviteCode"));
  });

  it("adds local identities before creation only where the setting asks for them", async () => {
    const local = { claims: { email: "i@c.example" }, input: ["email"] };
    const without = await runProfile({ metadata: creating, ...local });
    const setting = connector("PostAttributeCollection", { "vestibule.sendLocalIdentities": "true" });
    const with_ = await runProfile({ metadata: setting, ...local });
    expect(JSON.parse(without.sent[0]?.body ?? "")).not.toHaveProperty("identities");
    expect(JSON.parse(with_.sent[0]?.body ?? "").identities).toEqual([
      { signInType: "emailAddress", issuer: "contoso.onmicrosoft.com", issuerAssignedId: "i@c.example" },
    ]);
  });
});

describe("a Continue answer", () => {
  it("sets the selected attributes, converted to their types", async () => {
    const { result, record } = await beforeCreating(
      continueWith({ city: "Malmö", extension_LoyaltyTier: "2", [extension("OptIn")]: "TRUE" }),
    );
    expect(result).toEqual({
      kind: "values",
      values: { city: "Malmö", [extension("LoyaltyTier")]: 2, [extension("OptIn")]: true },
    });
    expect(record.verdicts).toContainEqual({
      name: "extension_LoyaltyTier",
      verdict: "used",
      claim: "extension_LoyaltyTier",
      value: 2,
    });
  });

  it("lets the full spelling win over the short one, and the exact one over another case", async () => {
    const { result } = await beforeCreating(
      continueWith({ extension_inviteCode: "c", extension_InviteCode: "b", [extension("InviteCode")]: "a" }),
    );
    expect(result).toMatchObject({ values: { [extension("InviteCode")]: "a" } });
  });

  it.each([
    ["LoyaltyTier", "unknown-claim:LoyaltyTier", "extension_LoyaltyTier"],
    ["given_name", "unknown-claim:given_name", "givenName"],
    ["extension_ffeeddccbbaa99887766554433221100_LoyaltyTier", "foreign-extension", undefined],
    ["email", "not-overwritable:email", undefined],
    ["objectId", "not-overwritable:objectId", undefined],
    ["extension_Hidden", "not-selected:extension_Hidden", undefined],
    ["surname", "not-selected:surname", undefined],
    ["extension_LoyaltyTeir", "unknown-claim:extension_LoyaltyTeir", "extension_LoyaltyTier"],
  ])("ignores %s and says why", async (name, warning, nearest) => {
    const { result, record } = await beforeCreating(continueWith({ [name]: 2 }));
    expect(result).toEqual({ kind: "values", values: {} });
    expect(record.warnings).toEqual([warning]);
    expect(record.verdicts).toEqual([
      expect.objectContaining({ name, verdict: "ignored", ...(nearest && { nearest }) }),
    ]);
  });

  it("takes null as absent, an empty text as empty, an empty number as absent", async () => {
    const { result } = await beforeCreating(
      continueWith({ jobTitle: null, extension_InviteCode: "", extension_LoyaltyTier: "" }),
    );
    expect(result).toEqual({ kind: "values", values: { [extension("InviteCode")]: "" } });
  });

  it.each([
    [{ extension_LoyaltyTier: "gold" }],
    [{ extension_LoyaltyTier: 1.5 }],
    [{ extension_LoyaltyTier: true }],
    [{ extension_LoyaltyTier: "9223372036854775808" }],
    [{ extension_OptIn: "yes" }],
    [{ city: { name: "Malmö" } }],
    [{ city: "x".repeat(129) }],
    [{ extension_InviteCode: ["a"] }],
  ])("is unusable as a whole where a value has the wrong type or length: %j", async (claims) => {
    const { result } = await beforeCreating(continueWith(claims));
    expect(result).toMatchObject({ kind: "systemError", code: "AADB2C90255" });
  });

  it("keeps all digits of a 64-bit number", async () => {
    const { result } = await beforeCreating(
      `{"version":"1.0.0","action":"Continue","extension_LoyaltyTier":9007199254740993}`,
    );
    expect(result).toMatchObject({ values: { [extension("LoyaltyTier")]: "9007199254740993" } });
  });

  it("may fill in a missing e-mail address after federating, and never another one", async () => {
    const federating = {
      metadata: connector("PostFederationSignup"),
      output: ["email"],
      caller: "step",
    } as const;
    const missing = await beforeCreating(continueWith({ email: "a@b.example" }), federating);
    const known = await beforeCreating(continueWith({ email: "a@b.example" }), {
      ...federating,
      claims: { email: "known@b.example" },
    });
    expect(missing.result).toMatchObject({ values: { email: "a@b.example" } });
    expect(known.result).toEqual({ kind: "values", values: {} });
  });
});

describe("other answers", () => {
  it.each(["not json", "", "[]", "null", '"x"', "{", "[".repeat(40)])(
    "cannot be used where the body is %j",
    async (body) => {
      const { result, record } = await beforeCreating(body);
      expect(result).toMatchObject({ kind: "systemError", code: "AADB2C90255" });
      expect(record.failure?.kind).toBe("answer");
    },
  );

  it("blocks with the API's text, cut at 2,000 characters, or with a general one", async () => {
    const block = (userMessage?: string) =>
      beforeCreating({ version: "1", action: "ShowBlockPage", userMessage });
    expect((await block("Ask your dealer.")).result).toEqual({
      kind: "values",
      values: { "vestibule.blockMessage": "Ask your dealer." },
    });
    const long = (await block("x".repeat(5000))).result;
    expect(long).toEqual({ kind: "values", values: { "vestibule.blockMessage": "x".repeat(2000) } });
    expect((await block()).result).toMatchObject({
      values: { "vestibule.blockMessage": expect.stringMatching(/./) },
    });
  });

  it("corrects on a page, blocks where there is none, and is an error at the other steps", async () => {
    const answer = {
      status: 400,
      body: { version: "1", status: 400, action: "ValidationError", userMessage: "No." },
    };
    expect((await runProfile({ metadata: creating, answer })).result).toEqual({
      kind: "userError",
      message: "No.",
    });
    expect((await runProfile({ metadata: creating, answer, caller: "step" })).result).toMatchObject({
      values: { "vestibule.blockMessage": "No." },
    });
    const federating = { metadata: connector("PostFederationSignup"), answer, caller: "step" } as const;
    expect((await runProfile(federating)).result).toEqual({
      kind: "systemError",
      code: "AADB2C90075",
      message:
        "The claims exchange 'PreUserWriteRestful' specified in step '4' returned HTTP error response with Code 'BadRequest' and Reason 'No.'.",
    });
  });

  it("ignores a block before the token, unless it is enforced", async () => {
    const answer = {
      status: 200,
      body: { version: "1", action: "ShowBlockPage", userMessage: "No.", city: "X" },
    };
    const token = { output, answer, caller: "step" } as const;
    const ignored = await runProfile({ metadata: connector("PreTokenIssuance"), ...token });
    expect(ignored.result).toEqual({ kind: "values", values: {} });
    expect(ignored.record.warnings).toContain("block-ignored-at-token-step");
    const enforced = await runProfile({
      metadata: connector("PreTokenIssuance", { "vestibule.enforceBlock": "true" }),
      ...token,
    });
    expect(enforced.result).toMatchObject({ values: { "vestibule.blockMessage": "No." } });
  });

  it("refuses what is not in the contract where answers must be strict", async () => {
    const strict = { metadata: connector("PostAttributeCollection", { "vestibule.strictAnswers": "true" }) };
    for (const body of [
      { version: "1", action: "Allow" },
      { decision: "CONTINUE" },
      { action: "Continue" },
    ]) {
      expect((await beforeCreating(body)).result.kind).toBe("values");
      expect((await beforeCreating(body, strict)).result).toMatchObject({ code: "AADB2C90255" });
    }
  });

  it("never continues on an unknown action", async () => {
    for (const action of ["Block", "", 5, {}, "continue;"]) {
      const { result } = await beforeCreating({ version: "1", action });
      expect(result.kind, JSON.stringify(action)).toBe(action === "" ? "values" : "systemError");
    }
  });
});
