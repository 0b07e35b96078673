import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDiagnostic } from "./diagnostic.ts";
import { loadPolicies } from "./policy-set.ts";
import { readPolicyFile } from "./read-policy-file.ts";
import { base, bytesOf, plain } from "./testing/policy-text.fixture.ts";
import { writePolicy } from "./write/write-policy.ts";

/** Published policies, where they are present: they are other people's and never copied here. */
const corpus = process.env.VESTIBULE_CORPUS ?? join(import.meta.dirname, "../../../../shared/corpus");
const present = existsSync(corpus);
if (!present)
  console.warn(`SKIPPED: no published policies at ${corpus}; set VESTIBULE_CORPUS to test with them.`);

const files = present
  ? readdirSync(corpus, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".xml"))
      .sort()
  : [];
const read = (file: string) => readFileSync(join(corpus, file));
const folder = (path: string) =>
  files.filter((file) => dirname(file) === path).map((file) => ({ file, bytes: read(file) }));

/** Published files that break the grammar, whoever reads them. Source: policy-language.md 18.1. */
const broken = /signin-signup-typingdna|custom-mfa-authy-app/;
/** Placeholders in typed places, which a build fills in. */
const template = /password-passwordrules|ieftool-github-actions/;

describe.skipIf(!present)("published policies", () => {
  it("reads every file, and refuses only the ones that are known to be broken", () => {
    expect(files.length).toBeGreaterThan(100);
    const refused = files.filter((file) => !readPolicyFile(read(file), file).document);
    expect(refused.filter((file) => !broken.test(file) && !template.test(file))).toEqual([]);
    expect(refused.some((file) => broken.test(file))).toBe(true);
  });

  const starterPacks = [
    "LocalAccounts",
    "SocialAccounts",
    "SocialAndLocalAccounts",
    "SocialAndLocalAccountsWithMfa",
    "Display Controls Starterpack/LocalAccounts",
    "Display Controls Starterpack/SocialAccounts",
    "Display Controls Starterpack/SocialAndLocalAccounts",
    "Display Controls Starterpack/SocialAndLocalAccountsWithMfa",
    "scenarios/phone-number-passwordless",
  ].map((path) => `starterpack/${path}`);

  it.each(starterPacks)("refuses nothing in %s, and writes it so that it reads the same", (path) => {
    const { policies, refused, diagnostics } = loadPolicies(folder(path));
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    expect(errors.map(formatDiagnostic)).toEqual([]);
    expect(refused.size).toBe(0);
    expect(policies.size).toBeGreaterThan(1);
    for (const [id, policy] of policies) {
      const again = loadPolicies([{ file: "written.xml", bytes: bytesOf(writePolicy(policy)) }]);
      expect(plain(again.policies.get(id))).toEqual(plain(policy));
    }
  });

  it("loads what people wrote, folder by folder, over the starter pack, without a throw", () => {
    const starter = folder("starterpack/SocialAndLocalAccountsWithMfa").filter(({ file }) =>
      /TrustFramework/.test(file),
    );
    let loaded = 0;
    for (const path of new Set(files.map((file) => dirname(file)))) {
      const own = folder(path);
      const ids = new Set(
        own.map(({ bytes, file }) => readPolicyFile(bytes, file).document?.policyId.toLowerCase()),
      );
      const missing = starter.filter(({ bytes, file }) => {
        const id = readPolicyFile(bytes, file).document?.policyId.toLowerCase();
        return id === undefined || !ids.has(id);
      });
      loaded += loadPolicies([...own, ...missing]).policies.size;
    }
    expect(loaded).toBeGreaterThan(150);
  });
});

/** Changes that editors, merges and attackers make to a file. */
const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  length: fc.integer({ min: 0, max: 80 }),
  kind: fc.constantFrom("delete", "duplicate", "swap", "insert", "byte"),
  text: fc.constantFrom(
    "<",
    ">",
    "&",
    '"',
    "</",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "\u0000",
    "<!DOCTYPE a>",
    " xmlns=''",
    "{Settings:x}",
    "9",
    "true",
    "__proto__",
    "constructor",
    "ReferenceId",
    " Id='X'",
    "<InputClaims/>",
    "\ud800",
  ),
  byte: fc.integer({ min: 0, max: 255 }),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(bytes: Uint8Array, { at, length, kind, text, byte }: Mutation): Uint8Array {
  const from = Math.floor(at * bytes.length);
  const to = Math.min(bytes.length, from + length);
  const piece = bytes.subarray(from, to);
  const join = (...parts: readonly Uint8Array[]) => Buffer.concat(parts);
  switch (kind) {
    case "delete":
      return join(bytes.subarray(0, from), bytes.subarray(to));
    case "duplicate":
      return join(bytes.subarray(0, to), piece, bytes.subarray(to));
    case "swap":
      return join(bytes.subarray(to), bytes.subarray(0, to));
    case "insert":
      return join(bytes.subarray(0, from), Buffer.from(text), bytes.subarray(from));
    default: {
      const copy = Uint8Array.from(bytes);
      copy[from] = byte;
      return copy;
    }
  }
}

describe("mutated policies", () => {
  const runs = Number(process.env.VESTIBULE_FUZZ_RUNS ?? 300);
  const samples = [
    base,
    ...files
      .filter((file) => /Base|Extensions|SignUpOrSignin/i.test(file))
      .slice(0, 40)
      .map(read),
  ];

  it("give a diagnostic or a policy, never a throw and never a hang", () => {
    const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.nat(samples.length - 1), mutations, (index, changes) => {
        let bytes: Uint8Array = samples[index] ?? base;
        for (const change of changes) bytes = mutate(bytes, change);
        const started = performance.now();
        const reading = readPolicyFile(bytes, "mutated.xml");
        loadPolicies([
          { file: "base.xml", bytes: base },
          { file: "mutated.xml", bytes },
        ]);
        expect(performance.now() - started).toBeLessThan(5000);
        expect(reading.document !== undefined || reading.diagnostics.length > 0).toBe(true);
        for (const { at, code } of reading.diagnostics) {
          expect(code).toMatch(/^PL\d{3}$/);
          expect(at?.line).toBeGreaterThan(0);
          expect(at?.column).toBeGreaterThan(0);
        }
      }),
      { numRuns: runs },
    );
  }, 600_000);

  it("ends soon on files made to be slow", () => {
    const many = (count: number, item: (index: number) => string) =>
      Array.from({ length: count }, (_, index) => item(index)).join("");
    const whole = (content: string) =>
      `<TrustFrameworkPolicy xmlns="http://schemas.microsoft.com/online/cpim/schemas/2013/06" PolicySchemaVersion="0.3.0.0" TenantId="contoso.onmicrosoft.com" PolicyId="B2C_1A_Slow" PublicPolicyUri="x">${content}</TrustFrameworkPolicy>`;
    const profiles = (item: (index: number) => string, count = 8000) =>
      whole(
        `<ClaimsProviders><ClaimsProvider><TechnicalProfiles>${many(count, item)}</TechnicalProfiles></ClaimsProvider></ClaimsProviders>`,
      );
    const hostile = [
      profiles(
        (index) =>
          `<TechnicalProfile Id="p${index}"><IncludeTechnicalProfile ReferenceId="p${index + 1}"/></TechnicalProfile>`,
      ),
      profiles(
        (index) =>
          `<TechnicalProfile Id="p${index}"><IncludeClaimsFromTechnicalProfile>p${index + 1}</IncludeClaimsFromTechnicalProfile><IncludeTechnicalProfile ReferenceId="p${index + 1}"/></TechnicalProfile>`,
        5000,
      ),
      profiles(
        (index) =>
          `<TechnicalProfile Id="profile${index}"><IncludeTechnicalProfile ReferenceId="porfile${index}"/></TechnicalProfile>`,
      ),
      whole(
        `<SubJourneys>${many(60, (index) => `<SubJourney Id="s${index}" Type="Call"><OrchestrationSteps>${many(60, (order) => `<OrchestrationStep Order="${order + 1}" Type="InvokeSubJourney"><JourneyList><Candidate SubJourneyReferenceId="s${(index + order + 1) % 60}"/></JourneyList></OrchestrationStep>`)}</OrchestrationSteps></SubJourney>`)}</SubJourneys>`,
      ),
      whole(`<UserJourneys>${many(20000, () => "<x/>")}</UserJourneys>`),
      whole(
        `<BuildingBlocks><ClaimsSchema>${many(5000, (index) => `<ClaimType Id="claim${index}"><DataType>string</DataType></ClaimType>`)}</ClaimsSchema></BuildingBlocks>
        <UserJourneys><UserJourney Id="J"><OrchestrationSteps>${many(2500, (index) => `<OrchestrationStep Order="${index + 1}" Type="Noop"><Preconditions><Precondition Type="ClaimsExist" ExecuteActionsIf="1"><Value>clami${index}</Value><Action>SkipThisOrchestrationStep</Action></Precondition></Preconditions></OrchestrationStep>`)}</OrchestrationSteps></UserJourney></UserJourneys>`,
      ),
      whole(many(20000, (index) => `<!-- yourtenant ${index} -->`)),
      `<a ${many(60, (index) => `a${index}="${"x".repeat(10_000)}" `)}/>`,
    ];
    for (const text of hostile) {
      const started = performance.now();
      loadPolicies([{ file: "slow.xml", bytes: bytesOf(text) }]);
      expect(performance.now() - started).toBeLessThan(8000);
    }
  }, 120_000);
});
