import type { ClaimReference, ClaimType, SubjectNamingInfo } from "@vestibule/policy";
import { expect, it } from "vitest";
import { JourneyBrowser } from "../testing/browser.ts";
import { memoryPorts } from "../testing/memory-ports.ts";
import { handler, samplePolicy, step, technicalProfile } from "../testing/sample-policy.ts";

const claim = (claimTypeReferenceId: string, rest: Partial<ClaimReference> = {}): ClaimReference => ({
  claimTypeReferenceId,
  ...rest,
});
const made = (claimTypeReferenceId: string, defaultValue: string) =>
  claim(claimTypeReferenceId, { defaultValue, alwaysUseDefaultValue: true });

/** What the application gets of a journey that makes `constants` and puts `outputs` out. */
async function issued(
  outputs: readonly ClaimReference[],
  constants: readonly ClaimReference[],
  claimTypes: readonly ClaimType[] = [],
  subject: SubjectNamingInfo = { claimType: "sub" },
  parameters: Readonly<Record<string, string>> = {},
) {
  const policy = samplePolicy((parts) => {
    const known = new Set(parts.claimTypes.map(({ id }) => id));
    parts.claimTypes.push(...claimTypes.filter(({ id }) => !known.has(id)));
    parts.technicalProfiles.push(
      technicalProfile("Constants", handler("Providers.ClaimsTransformationProtocolProvider"), {
        outputClaims: constants,
      }),
    );
    parts.steps = [
      step(1, "ClaimsExchange", {
        claimsExchanges: [{ id: "Constants", technicalProfileReferenceId: "Constants" }],
      }),
      step(2, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" }),
    ];
  });
  const { relyingParty } = policy;
  const profile = {
    ...relyingParty.technicalProfile,
    outputClaims: outputs,
    subjectNamingInfo: subject,
  };
  const browser = new JourneyBrowser(
    { ...policy, relyingParty: { ...relyingParty, technicalProfile: profile } },
    memoryPorts(),
    { parameters },
  );
  return browser.start();
}

const text = (id: string): ClaimType => ({ id, dataType: "string" });
const someone = made("objectId", "0f0f0f0f-0000-4000-8000-000000000001");
const sub = claim("objectId", { partnerClaimType: "sub" });

it("leaves the subject out of the claims where the policy says so", async () => {
  const named = claim("objectId", { partnerClaimType: "oid" });
  const outputs = [named, claim("nick")];
  const constants = [someone, made("nick", "Nick")];
  const all = await issued(outputs, constants, [text("nick")], { claimType: "oid" });
  expect(all).toMatchObject({ subject: someone.defaultValue, claims: { oid: someone.defaultValue } });
  const without = await issued(outputs, constants, [text("nick")], {
    claimType: "oid",
    excludeAsClaim: true,
  });
  expect(without).toMatchObject({ subject: someone.defaultValue, claims: { nick: "Nick" } });
  expect(without).not.toHaveProperty("claims.oid");
});

it("finds the subject by its name in the token or by its claim type, in any case", async () => {
  for (const claimType of ["sub", "SUB", "objectId", "ObjectID"])
    expect(await issued([sub], [someone], [], { claimType }), claimType).toMatchObject({
      kind: "issued",
      subject: someone.defaultValue,
    });
});

it("gives the first of several claims of one name that has a value", async () => {
  const mail = (id: string) => claim(id, { partnerClaimType: "email" });
  const types = [text("first"), text("second"), text("third")];
  const outputs = [sub, mail("first"), mail("second"), mail("third")];
  const two = [someone, made("second", "second@b.example"), made("third", "third@b.example")];
  expect(await issued(outputs, two, types)).toMatchObject({ claims: { email: "second@b.example" } });
});

it("writes a claim without a name of its own as the relying party spells it", async () => {
  const outcome = await issued([sub, claim("surName")], [someone, made("surname", "Doe")], [text("surname")]);
  expect(outcome).toMatchObject({ claims: { surName: "Doe" } });
});

it("reads a collection's default as a list, `null` as none, and other text as one element", async () => {
  const collection = (id: string): ClaimType => ({ id, dataType: "stringCollection" });
  const ids = ["list", "none", "one", "broken"];
  const outcome = await issued(
    [sub, ...ids.map((id) => claim(id))],
    [someone, made("list", '["x", "y"]'), made("none", "null"), made("one", "x,y"), made("broken", "[x")],
    ids.map(collection),
  );
  expect(outcome).toMatchObject({ claims: { list: ["x", "y"], one: ["x,y"], broken: ["[x"] } });
  expect(outcome).not.toHaveProperty("claims.none");
});

it("lets nobody add to the list of a collection's default by what they send for one of its elements", async () => {
  const outputs = [
    sub,
    made("roles", '["member", "{OAUTH-KV:kind}", "{OAUTH-KV:absent}"]'),
    made("kinds", "{OAUTH-KV:kind}"),
  ];
  const types: readonly ClaimType[] = ["roles", "kinds"].map((id) => ({ id, dataType: "stringCollection" }));
  const kind = '["x","admin"]';
  const outcome = await issued(outputs, [someone], types, undefined, { kind });
  expect(outcome).toMatchObject({ claims: { roles: ["member", kind], kinds: [kind] } });
  const broken = await issued(outputs, [someone], types, undefined, { kind: 'x","admin' });
  expect(broken).toMatchObject({ claims: { roles: ["member", 'x","admin'] } });
});
