import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Report } from "../report.ts";
import { relyingParty, writeSamples } from "../sample-policies.fixture.ts";
import { crawl } from "./run.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "conformance-"));
  const renamed = (text: string) =>
    text.replaceAll("yourtenant.onmicrosoft.com", "their_tenant.onmicrosoft.com");
  await writeSamples(folder, {
    "found/a/Good.xml": relyingParty("B2C_1A_Good", renamed),
    "found/a/deep/Base.xml": relyingParty("B2C_1A_OtherBase", (text) =>
      text.replace("<PolicyId>B2C_1A_TrustFrameworkExtensions<", "<PolicyId>B2C_1A_MyExtensions<"),
    ),
    "found/b/Blocked.xml": relyingParty("B2C_1A_Blocked", (text) =>
      text.replace('Type="SendClaims"', 'Type="ClaimsExchange"'),
    ),
    "found/b/Last.xml": relyingParty("B2C_1A_Last", (text) =>
      text.replace(
        "<UserJourneys>",
        `<ClaimsProviders><ClaimsProvider><DisplayName>Page</DisplayName><TechnicalProfiles><TechnicalProfile Id="Show">
         <Metadata><Item Key="setting.showContinueButton">false</Item></Metadata></TechnicalProfile></TechnicalProfiles>
         </ClaimsProvider></ClaimsProviders><UserJourneys>`,
      ),
    ),
    "found/b/Refusing.xml": relyingParty("B2C_1A_Refusing", (text) =>
      text.replace(
        "<UserJourneys>",
        `<BuildingBlocks><ClaimsSchema><ClaimType Id="nick"><Restriction><Pattern RegularExpression="^(?!)$" HelpText="Never." />
         </Restriction></ClaimType></ClaimsSchema></BuildingBlocks><UserJourneys>`,
      ),
    ),
    "found/b/Template.xml": relyingParty("B2C_1A_Template", (text) =>
      text.replace('ReferenceId="Rate"', 'ReferenceId="SendGrid"'),
    ),
    "found/c/Cut.xml": relyingParty("B2C_1A_Cut", (text) => text.slice(0, -40)),
    "found/c/None.xml": "<html></html>",
  });
});
afterAll(() => rm(folder, { recursive: true }));

it("says of each policy how far it comes, and stops at none", async () => {
  const lines: string[] = [];
  const report = new Report((line) => lines.push(line));
  const json = join(folder, "out.json");
  await crawl({ folders: [join(folder, "found")], starterPack: join(folder, "packs"), json }, report);
  expect(lines).toEqual([
    expect.stringMatching(/^PASSED a\/Good.xml B2C_1A_Good: sign up: token$/),
    expect.stringMatching(/^PASSED a\/deep\/Base.xml B2C_1A_OtherBase: sign up: token$/),
    expect.stringMatching(/^FAILED b\/Blocked.xml B2C_1A_Blocked: refused: .*PL/),
    expect.stringMatching(/^PASSED b\/Last.xml B2C_1A_Last: .*a last page: 1$/),
    expect.stringMatching(/^FAILED b\/Refusing.xml B2C_1A_Refusing: page: .*refused: /),
    "PASSED b/Template.xml B2C_1A_Template: sign up: token, with a stand-in for 'SendGrid'",
    expect.stringMatching(/^FAILED c\/Cut.xml B2C_1A_Cut: refused: .*PL/),
  ]);
  expect([report.passed, report.failed]).toEqual([4, 3]);
  const results: { path: string; outcome: string; starterPack?: string }[] = JSON.parse(
    await readFile(json, "utf8"),
  );
  expect(results.map(({ path, outcome }) => [path, outcome])).toEqual([
    ["a/Good.xml", "token"],
    ["a/deep/Base.xml", "token"],
    ["b/Blocked.xml", "refused"],
    ["b/Last.xml", "message"],
    ["b/Refusing.xml", "page"],
    ["b/Template.xml", "token"],
    ["c/Cut.xml", "refused"],
  ]);
  expect(results[0]?.starterPack).toBe("Small");
}, 30_000);
