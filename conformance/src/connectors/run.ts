import { type Report, skipped } from "../report.ts";
import { casesOf, readCaseFile } from "./case-file.ts";
import { certificateCase } from "./certificate-cases.ts";
import { nameCase } from "./name-cases.ts";
import { noCallCase } from "./no-call-cases.ts";
import { requestCase } from "./request-cases.ts";
import { responseCase } from "./response-cases.ts";
import { breakerCase } from "./rest/breaker-cases.ts";
import { chainCase } from "./rest/chain-cases.ts";
import { restRequestCase } from "./rest/request-cases.ts";
import { restResponseCase } from "./rest/response-cases.ts";
import { secrecyCase } from "./secrecy-cases.ts";

/** Runs every case of one file against the real engine. */
export async function runConnectorCases(path: string, report: Report): Promise<void> {
  const file = await readCaseFile(path);
  const { userFlow, restTechnicalProfile: rest = {}, graph = [] } = file;
  for (const each of casesOf(userFlow.requests)) await report.run(each.id, () => requestCase(file, each));
  for (const each of casesOf(userFlow.noCall)) await report.run(each.id, () => noCallCase(file, each));
  for (const each of casesOf(userFlow.responses)) await report.run(each.id, () => responseCase(file, each));
  for (const each of casesOf(userFlow.certificateSelection))
    await report.run(each.id, () => certificateCase(file, each));
  for (const each of casesOf(userFlow.returnedClaimNames)) {
    await report.run(`returnedClaimNames ${each.key}`, () => nameCase(file, each));
  }
  for (const each of casesOf(userFlow.urlSecrecy)) await report.run(each.id, () => secrecyCase(file, each));
  for (const each of casesOf(rest.requests)) await report.run(each.id, () => restRequestCase(each));
  for (const each of casesOf(rest.responses)) await report.run(each.id, () => restResponseCase(each));
  for (const each of casesOf(rest.validationChains)) await report.run(each.id, () => chainCase(each));
  for (const each of casesOf(rest.circuitBreaker)) await report.run(each.id, () => breakerCase(each));
  for (const each of graph) await report.run(each.id, () => skipped("the management API is not built yet"));
}
