import type { ClaimReference, ClaimsTransformation, ClaimType, TechnicalProfile } from "@vestibule/policy";
import { beforeEach, expect, it } from "vitest";
import { JourneyBrowser } from "../testing/browser.ts";
import { type MemoryPorts, memoryPorts } from "../testing/memory-ports.ts";
import { handler, samplePolicy, selfAsserted, step, technicalProfile } from "../testing/sample-policy.ts";

// What a page's input claims and input transformations are good for, before and after somebody types.

let ports: MemoryPorts;
beforeEach(() => {
  ports = memoryPorts();
});

const claim = (claimTypeReferenceId: string, rest: Partial<ClaimReference> = {}): ClaimReference => ({
  claimTypeReferenceId,
  ...rest,
});
const constant = (claimTypeReferenceId: string, defaultValue: string) =>
  claim(claimTypeReferenceId, { defaultValue, alwaysUseDefaultValue: true });

const copy = (id: string, from: string, to: string): ClaimsTransformation => ({
  id,
  transformationMethod: "CopyClaim",
  inputClaims: [{ claimTypeReferenceId: from, transformationClaimType: "inputClaim" }],
  inputParameters: [],
  outputClaims: [{ claimTypeReferenceId: to, transformationClaimType: "outputClaim" }],
});

/** A journey of this page alone, whose claims the tests look at. */
async function opened(
  page: Partial<TechnicalProfile>,
  claimTypes: readonly ClaimType[] = [],
  before: readonly TechnicalProfile[] = [],
  more: readonly TechnicalProfile[] = [],
) {
  const policy = samplePolicy((parts) => {
    const text = (id: string, userInputType: NonNullable<ClaimType["userInputType"]>): ClaimType => ({
      id,
      dataType: "string",
      userInputType,
    });
    parts.claimTypes.push(
      ...[text("first", "TextBox"), text("second", "TextBox"), text("fixed", "Readonly")].filter(
        ({ id }) => !claimTypes.some((each) => each.id === id),
      ),
      ...claimTypes,
    );
    parts.claimsTransformations.push(copy("CopyFirst", "first", "second"));
    const profile = technicalProfile("Page", selfAsserted, {
      ...page,
      metadata: { ContentDefinitionReferenceId: "api.selfasserted", ...page.metadata },
    });
    parts.technicalProfiles.push(...before, profile, ...more);
    const exchanges = [...before, profile].map(({ id }, index) =>
      step(index + 1, "ClaimsExchange", { claimsExchanges: [{ id, technicalProfileReferenceId: id }] }),
    );
    parts.steps = [
      ...exchanges,
      step(exchanges.length + 1, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" }),
    ];
  });
  const browser = new JourneyBrowser(policy, ports);
  await browser.start();
  return browser;
}

const shown = (browser: JourneyBrowser, id: string) =>
  browser.page().fields.find((field) => field.id === id)?.value;

it("shows what the page's input transformations made", async () => {
  const browser = await opened(
    {
      inputClaimsTransformations: ["CopyFirst"],
      inputClaims: [claim("second")],
      outputClaims: [claim("second")],
    },
    [],
    [
      technicalProfile("SetFirst", handler("Providers.ClaimsTransformationProtocolProvider"), {
        inputClaims: [constant("first", "made")],
        outputClaims: [claim("first")],
      }),
    ],
  );
  expect(shown(browser, "second")).toBe("made");
  expect(browser.state.bag).toMatchObject({ first: "made", second: "made" });
});

it("gives an input claim that is not shown to the page's output transformations", async () => {
  const browser = await opened({
    inputClaims: [constant("first", "hidden")],
    displayClaims: [{ kind: "claim", claimTypeReferenceId: "fixed" }],
    outputClaimsTransformations: ["CopyFirst"],
  });
  await browser.submit({});
  expect(browser.state.bag).toMatchObject({ second: "hidden" });
  expect(browser.state.bag.first).toBeUndefined();
});

it("gives out what a read-only field shows, whatever is posted for it", async () => {
  const browser = await opened({
    inputClaims: [constant("fixed", "server")],
    outputClaims: [claim("fixed")],
  });
  expect(shown(browser, "fixed")).toBe("server");
  await browser.submit({ fixed: "browser" });
  expect(browser.state.bag.fixed).toBe("server");
});

it.each([
  ["keeps the value of a field that is cleared", {}, "before"],
  [
    "clears the claim where the page may make empty ones",
    { AllowGenerationOfClaimsWithNullValues: "true" },
    "",
  ],
])("%s", async (_, metadata, expected) => {
  const browser = await opened({
    metadata,
    inputClaims: [claim("first", { defaultValue: "before" })],
    outputClaims: [claim("first")],
  });
  await browser.submit({ first: "" });
  expect(browser.state.bag.first).toBe(expected);
});

it("asks for the proof of an address that was prefilled, also where its field comes back empty", async () => {
  const browser = await opened({
    inputClaims: [claim("first", { defaultValue: "somebody@contoso.example" })],
    outputClaims: [claim("first", { partnerClaimType: "Verified.Email" })],
  });
  expect((await browser.submit({ first: "" })).kind).toBe("refused");
  expect((await browser.submit({})).kind).toBe("refused");
});

it("offers a truth value by the option that spells it otherwise", async () => {
  const truth: ClaimType = {
    id: "agrees",
    dataType: "boolean",
    userInputType: "DropdownSingleSelect",
    restriction: {
      enumeration: [
        { text: "Yes", value: "True" },
        { text: "No", value: "False" },
      ],
    },
  };
  const page = { inputClaims: [claim("agrees", { defaultValue: "true" })], outputClaims: [claim("agrees")] };
  const browser = await opened(page, [truth]);
  expect(shown(browser, "agrees")).toBe("True");
  await browser.submit({ agrees: "False" });
  expect(browser.state.bag.agrees).toBe(false);
});

it.each<[string, ClaimType["mask"], string]>([
  ["a simple mask over its beginning", { type: "Simple", pattern: "XXX-XXX-" }, "XXX-XXX-4343"],
  [
    "a mask longer than the value cut to its length",
    { type: "Simple", pattern: "X".repeat(40) },
    "X".repeat(12),
  ],
  [
    "every match of a regular expression replaced",
    { type: "Regex", pattern: "\\d(?=.{2})", replacement: "$&" },
    "$&$&$&-$&$&$&-$&$&43",
  ],
  ["nothing where the expression is none", { type: "Regex", pattern: "(", replacement: "*" }, "************"],
])("shows of a masked value %s, and gives out the whole", async (_, mask, expected) => {
  const fixed: ClaimType = {
    id: "fixed",
    dataType: "string",
    userInputType: "Readonly",
    ...(mask && { mask }),
  };
  const page = { inputClaims: [constant("fixed", "324-232-4343")], outputClaims: [claim("fixed")] };
  const browser = await opened(page, [fixed]);
  expect(shown(browser, "fixed")).toBe(expected);
  await browser.submit({});
  expect(browser.state.bag.fixed).toBe("324-232-4343");
});

it("judges blanks at the ends of what was typed by the claim's own rules", async () => {
  const strict: ClaimType = {
    id: "first",
    dataType: "string",
    userInputType: "TextBox",
    restriction: { pattern: { regularExpression: "^\\S+$", helpText: "No blanks." } },
  };
  const browser = await opened({ outputClaims: [claim("first"), claim("second")] }, [strict]);
  expect(await browser.submit({ first: " ada" })).toMatchObject({
    kind: "refused",
    problem: { fields: { first: "No blanks." } },
  });
  await browser.submit({ first: "ada", second: " ada " });
  expect(browser.state.bag).toMatchObject({ first: "ada", second: "ada" });
});

it("takes one value for two input claims that go by one name, and misses it where none is there", async () => {
  const login = (...inputClaims: ClaimReference[]) =>
    technicalProfile(
      "Login",
      { name: "OpenIdConnect" },
      {
        metadata: {
          METADATA: "https://login.microsoftonline.com/{tenant}/.well-known/openid-configuration",
          grant_type: "password",
          ProviderName: "https://sts.windows.net/",
        },
        inputClaims,
        outputClaims: [claim("objectId", { partnerClaimType: "oid" })],
      },
    );
  const required = (id: string, partnerClaimType: string) => claim(id, { partnerClaimType, required: true });
  const page = {
    outputClaims: [claim("first"), claim("oldPassword")],
    validationTechnicalProfiles: [{ referenceId: "Login", preconditions: [] }],
  };
  const oldPassword: ClaimType = { id: "oldPassword", dataType: "string", userInputType: "Password" };
  const inputs = [
    required("first", "username"),
    required("oldPassword", "password"),
    required("password", "password"),
  ];
  const known = await opened(page, [oldPassword], [], [login(...inputs)]);
  const reply = await known.submit({ first: "ida@contoso.example", oldPassword: "typed" });
  expect(reply).toMatchObject({ problem: { errorCode: "AADB2C90053" } });
  const unknown = await opened(
    page,
    [oldPassword],
    [],
    [login(...inputs.slice(0, 1), required("password", "password"))],
  );
  const missing = await unknown.submit({ first: "ida@contoso.example", oldPassword: "typed" });
  expect(missing).toMatchObject({ problem: { errorCode: "AADB2C90255" } });
});

it("keeps a token that a validation fetched for the steps after the page", async () => {
  ports.answer = () => ({
    kind: "answer",
    status: 200,
    headers: { "content-type": "application/json" },
    body: '{"access_token":"token-of-the-api"}',
    attempts: [],
  });
  const rest = (id: string, metadata: Record<string, string>, outputClaims: ClaimReference[]) =>
    technicalProfile(id, handler("Providers.RestfulProvider"), {
      metadata: { ServiceUrl: "https://api.example/", SendClaimsIn: "Body", ...metadata },
      outputClaims,
    });
  const token = claim("bearer", { partnerClaimType: "access_token" });
  const browser = await opened(
    {
      outputClaims: [claim("first"), claim("bearer")],
      validationTechnicalProfiles: [{ referenceId: "Fetch", preconditions: [] }],
    },
    [{ id: "bearer", dataType: "string" }],
    [],
    [
      rest("Fetch", { AuthenticationType: "None" }, [token]),
      rest("Use", { AuthenticationType: "Bearer", UseClaimAsBearerToken: "bearer" }, []),
    ],
  );
  await browser.submit({ first: "x" });
  expect(browser.state.bag.bearer).toBe("token-of-the-api");
  expect(JSON.stringify(browser.trace)).not.toContain("token-of-the-api");
});
