import { type DataType, nearestName } from "@vestibule/policy";
import type { ClaimVerdict } from "../../../ports.ts";
import { convertAnswer } from "../convert.ts";
import { type Decision, type Fault, type HttpAnswer, mostTold, type RestfulContext } from "../exchange.ts";
import { isJsonObject, type Json, type JsonObject, member, parseJson } from "../json.ts";
import type { ConnectorMetadata } from "../metadata.ts";
import { perProfile } from "../per-profile.ts";
import { effectOf } from "./effect.ts";
import { jsonLengthProblem, lengthProblem } from "./limits.ts";
import { builtInAttributes, customAttributeName, matchName, readReturnedName, tokenNames } from "./names.ts";

/** Longest message of an API that a page shows (U18). */
const longestMessage = 2000;

/** Shown on a block page whose API gave no text (U19). */
const blockedWithoutText = "We cannot let you continue here. The support of this site can tell you more.";

/** Reads a connector's answer by the algorithm of api-connectors.md A3.1. */
export function decodeConnectorAnswer(
  context: RestfulContext,
  connector: ConnectorMetadata,
  answer: HttpAnswer,
): Decision {
  const json = answer.body.trim() === "" ? undefined : parseJson(answer.body);
  const body = isJsonObject(json) ? json : undefined;
  const warnings: string[] = [];
  const unused = () => (body ? unusedClaims(context, body) : []);
  const fail = (fault: Fault): Decision => ({ kind: "fail", fault, warnings, verdicts: unused() });
  const message = body && readMessage(body);

  if (answer.status >= 200 && answer.status < 300) {
    if (!body) return fail({ kind: "answer", detail: unusableBody(answer.body) });
    if (!/json/i.test(answer.headers["content-type"] ?? "json")) warnings.push("content-type");
    return decodeSuccess(context, connector, body, warnings);
  }
  if (answer.status >= 400 && answer.status < 500 && message) {
    if (connector.step !== "PostAttributeCollection") {
      return fail({ kind: "status", status: answer.status, reason: message });
    }
    if (member(body, "status") === undefined) warnings.push("status-missing");
    return pageDecision(context, message, warnings, unused());
  }
  const refused = body !== undefined && ["showblockpage", "validationerror"].includes(readAction(body));
  return fail({ kind: "status", status: answer.status, ...(refused && { refused }) });
}

/** Lower case; empty where there is none, `?` where it is no text. */
function readAction(body: JsonObject): string {
  const action = member(body, "action") ?? "";
  return typeof action === "string" ? action.trim().toLowerCase() : "?";
}

function decodeSuccess(
  context: RestfulContext,
  connector: ConnectorMetadata,
  body: JsonObject,
  warnings: string[],
): Decision {
  const unused = () => unusedClaims(context, body);
  const refuse = (detail: string, refused = false): Decision => ({
    kind: "fail",
    fault: { kind: "answer", detail, ...(refused && { refused }) },
    warnings,
    verdicts: unused(),
  });
  const action = readAction(body);
  const message = readMessage(body);
  const missingVersion = (member(body, "version") ?? null) === null;
  switch (action) {
    case "continue":
      break;
    case "allow":
      warnings.push(`legacy-action:${String(member(body, "action")).trim()}`);
      if (connector.strictAnswers)
        return refuse("The answer's action is 'Allow'; strict answers must say 'Continue'.");
      break;
    case "":
      // Published identity-verification samples answer like this (U12).
      warnings.push("action-missing");
      if (connector.strictAnswers) return refuse("The answer has no action; strict answers must have one.");
      break;
    case "showblockpage": {
      if (connector.step === "PreTokenIssuance" && !connector.enforceBlock) {
        // B2C goes on and issues the token, without this answer's claims (U13).
        warnings.push("block-ignored-at-token-step");
        return { kind: "continue", values: {}, warnings, verdicts: unused() };
      }
      return { kind: "block", message: message ?? blockedWithoutText, warnings, verdicts: unused() };
    }
    case "validationerror":
      if (connector.step !== "PostAttributeCollection") {
        return refuse("The action ValidationError is possible before creating the user only.", true);
      }
      warnings.push("http-status-mismatch");
      return message
        ? pageDecision(context, message, warnings, unused())
        : refuse("The action is ValidationError, but userMessage is missing.", true);
    default:
      return refuse("The answer's action is none of Continue, ShowBlockPage and ValidationError.");
  }
  if (missingVersion) {
    warnings.push("version-missing");
    if (connector.strictAnswers) return refuse("The answer has no version; strict answers must have one.");
  }
  return readClaims(context, connector, body, warnings);
}

/** A correction needs a page to correct something on; without one it blocks (U20). */
function pageDecision(
  context: RestfulContext,
  message: string,
  warnings: readonly string[],
  verdicts: readonly ClaimVerdict[],
): Decision {
  return { kind: context.caller === "validation" ? "page" : "block", message, warnings, verdicts };
}

interface Target {
  readonly claimTypeId: string;
  readonly partnerName: string;
  readonly dataType: DataType;
  /** Takes lists and objects as their JSON text. */
  readonly isJson: boolean;
  /** Built-in name, or the bare name of a custom attribute. */
  readonly name: string;
}

interface Candidate {
  readonly key: string;
  readonly json: Json;
  /** Lower wins: the full spelling before the short one, the exact one before another case (A4.1). */
  readonly rank: number;
}

function readClaims(
  context: RestfulContext,
  connector: ConnectorMetadata,
  body: JsonObject,
  warnings: string[],
): Decision {
  const { extensionsAppId } = context.ports.directory;
  const targets = targetsOf(context);
  const { names } = targets;
  const candidates = new Map<Target, Candidate>();
  const verdicts: ClaimVerdict[] = [];
  const ignore = (name: string, reason: string, nearest?: string) =>
    verdicts.push({ name, verdict: "ignored", reason, ...(nearest && { nearest }) });
  const offer = (target: Target, candidate: Candidate) => {
    const other = candidates.get(target);
    const [winner, loser] = other && other.rank <= candidate.rank ? [other, candidate] : [candidate, other];
    if (loser) ignore(loser.key, `the same attribute is also given as '${winner.key}'`);
    candidates.set(target, winner);
  };
  for (const [key, json] of Object.entries(body)) {
    const returned = readReturnedName(key, extensionsAppId);
    switch (returned.kind) {
      case "control":
        break;
      case "foreign":
        warnings.push("foreign-extension");
        ignore(key, "the application id in the name is not that of this tenant's extensions app");
        break;
      case "protected": {
        const prefill = prefillableEmail(context, connector, key, targets.builtIn);
        if (prefill) offer(prefill, { key, json, rank: 0 });
        else {
          warnings.push(`not-overwritable:${key}`);
          ignore(key, "an API cannot overwrite this value");
        }
        break;
      }
      case "attribute":
      case "custom": {
        const isCustom = returned.kind === "custom";
        const match = matchName(returned.name, isCustom ? names.custom : names.builtIn);
        const target = match && (isCustom ? targets.custom : targets.builtIn).get(match.name);
        if (target) {
          const spelling = isCustom && !returned.full ? 2 : 0;
          offer(target, { key, json, rank: spelling + (match.via === "exact" ? 0 : 1) });
          break;
        }
        const known = knownName(context, returned.name, isCustom);
        warnings.push(`${known ? "not-selected" : "unknown-claim"}:${key}`);
        if (known) ignore(key, notSelected(connector));
        else {
          const nearest = verdicts.length < mostTold ? nearestReturnable(context, key, names) : undefined;
          ignore(key, "no attribute has this name", nearest);
        }
      }
    }
  }
  const values: Record<string, unknown> = {};
  for (const [target, { key, json }] of candidates) {
    const converted = convertAnswer(json, target.dataType, "connector", target.isJson);
    if (converted.kind === "absent") {
      ignore(key, json === null ? "null counts as absent" : "an empty value counts as absent");
      continue;
    }
    const problem =
      converted.kind === "invalid"
        ? converted.reason
        : connector.step === "PreTokenIssuance"
          ? target.isJson && jsonLengthProblem(converted.value)
          : lengthProblem(target.name, converted.value);
    if (converted.kind === "invalid" || problem) {
      ignore(key, problem || "");
      const detail = `The claim '${key}' cannot be used: ${problem}.`;
      return { kind: "fail", fault: { kind: "answer", detail }, warnings, verdicts };
    }
    values[target.partnerName] = converted.value;
    const effect = effectOf(context, connector, target.claimTypeId);
    verdicts.push({
      name: key,
      verdict: "used",
      claim: target.claimTypeId,
      value: converted.value,
      ...(effect && { effect }),
    });
  }
  return { kind: "continue", values, warnings, verdicts };
}

/** The output claims of the profile are exactly the claims whose returned values count at this step (A4.2). */
const targetsOf = perProfile((context: RestfulContext) => {
  const builtIn = new Map<string, Target>();
  const custom = new Map<string, Target>();
  for (const output of context.profile.outputClaims) {
    const partnerName = output.partnerClaimType ?? output.claimTypeReferenceId;
    if (partnerName.startsWith("vestibule.")) continue;
    const claimType = context.policy.claimTypes.get(output.claimTypeReferenceId);
    const customName = customAttributeName(partnerName);
    const name = customName ?? partnerName;
    (customName ? custom : builtIn).set(name, {
      claimTypeId: claimType?.id ?? output.claimTypeReferenceId,
      partnerName,
      dataType: claimType?.dataType ?? "string",
      isJson: context.metadata.claims.jsonClaims.has(output.claimTypeReferenceId.toLowerCase()),
      name,
    });
  }
  return { builtIn, custom, names: { builtIn: [...builtIn.keys()], custom: [...custom.keys()] } };
});

/** After federating, an API may fill in an e-mail address that the provider did not give and the page asks for (U21). */
function prefillableEmail(
  context: RestfulContext,
  connector: ConnectorMetadata,
  key: string,
  builtIn: ReadonlyMap<string, Target>,
): Target | undefined {
  if (connector.step !== "PostFederationSignup" || key.toLowerCase() !== "email") return undefined;
  const target = builtIn.get("email");
  return target && !context.claims[target.claimTypeId] ? target : undefined;
}

/** What to change in the flow so that the claim counts (A4.2). */
function notSelected({ step }: ConnectorMetadata): string {
  return step === "PreTokenIssuance"
    ? "this attribute is none of the flow's application claims"
    : "this attribute is neither among the flow's user attributes nor among its application claims";
}

function knownName(context: RestfulContext, name: string, custom: boolean): boolean {
  if (custom) return context.policy.claimTypes.has(`extension_${name}`);
  return matchName(name, builtInAttributes) !== undefined;
}

function nearestReturnable(
  context: RestfulContext,
  key: string,
  names: { readonly builtIn: readonly string[]; readonly custom: readonly string[] },
): string | undefined {
  const bare = matchName(key, names.custom);
  if (bare) return `extension_${bare.name}`;
  if (context.policy.claimTypes.has(`extension_${key}`)) return `extension_${key}`;
  return (
    tokenNames[key] ??
    nearestName(key, [...names.builtIn, ...names.custom.map((name) => `extension_${name}`)])
  );
}

/** Claims of an answer that does not continue (or whose block is ignored) have no effect; say so for each. */
function unusedClaims(context: RestfulContext, body: JsonObject): ClaimVerdict[] {
  return Object.keys(body)
    .filter((key) => readReturnedName(key, context.ports.directory.extensionsAppId).kind !== "control")
    .map((name) => ({
      name,
      verdict: "ignored",
      reason: "only the claims of an answer that continues count",
    }));
}

function readMessage(body: JsonObject): string | undefined {
  const message = member(body, "userMessage");
  return typeof message === "string" && message.trim() !== "" ? message.slice(0, longestMessage) : undefined;
}

function unusableBody(body: string): string {
  return body.trim() === ""
    ? "The answer has no body; a JSON object with version and action is expected."
    : "The answer's body is not a JSON object.";
}
