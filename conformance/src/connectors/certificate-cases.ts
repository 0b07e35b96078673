import { chooseCertificate } from "@vestibule/engine";
import { Checks } from "../match.ts";
import { type CaseResult, verdict } from "../report.ts";
import type { CaseFile, CertificateCase } from "./case-file.ts";
import { fillIn, openLocalSignUp } from "./person.ts";
import { flowPolicy, World } from "./user-flow.ts";

/** Which certificate a call presents at a moment, and that none is sent without one. */
export async function certificateCase(file: CaseFile, each: CertificateCase): Promise<CaseResult> {
  const { expected } = each;
  const world = new World(file);
  world.ports.time = each.now * 1000;
  Object.assign(world.ports.keys, {
    certificates: async () =>
      each.certificates.map(({ name, ...times }) => ({
        ...times,
        certificate: name,
        privateKey: `key of ${name}`,
        thumbprint: name,
      })),
  });
  const authentication = { kind: "clientCertificate", reference: "certificate" } as const;
  const browser = world.browser(flowPolicy(file, { bound: ["PostAttributeCollection"], authentication }));
  await openLocalSignUp(browser);
  await fillIn(browser, world, {});
  const [call] = world.ports.httpCalls;
  const checks = new Checks();
  checks.equal("presented", call?.clientCertificate?.certificate ?? null, expected.presented);
  const active = chooseCertificate(each.certificates, each.now);
  checks.equal("isActive", active ? [active.name] : [], expected.isActive);
  if (expected.requestSent !== undefined)
    checks.equal("requestSent", call !== undefined, expected.requestSent);
  if (expected.errorCode !== undefined) {
    const detail = world.ports.callRecords.at(-1)?.failure?.detail ?? "";
    checks.truth("errorCode in the log", detail.includes(expected.errorCode), expected.errorCode, detail);
    checks.equal("outcome", browser.outcome.kind, "refused");
  }
  return verdict(checks.mismatches);
}
