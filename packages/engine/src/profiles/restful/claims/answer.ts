import type { ClaimReference } from "@vestibule/policy";
import type { ClaimVerdict } from "../../../ports.ts";
import { convertAnswer } from "../convert.ts";
import type { Decision, Fault, HttpAnswer, RestfulContext } from "../exchange.ts";
import { isJsonObject, type Json, member, parseJson } from "../json.ts";
import { atPath } from "./json-path.ts";

const longestMessage = 2000;

/** Reads the answer of a custom policy's REST API (api-connectors.md B5 to B7). */
export function decodeClaims(context: RestfulContext, answer: HttpAnswer): Decision {
  if (answer.status >= 200 && answer.status < 300) return decodeSuccess(context, answer.body);
  if (answer.status >= 400 && answer.status < 500) {
    const json = parseJson(answer.body);
    const message = isJsonObject(json) ? member(json, "userMessage") : undefined;
    if (isJsonObject(json) && typeof message === "string" && message.trim() !== "") {
      // On a page the person corrects it; in a step it ends the journey with the sentence as its reason (B10).
      return context.caller === "validation"
        ? outcome({ kind: "page", message: pageMessage(context, message, json) })
        : failed({ kind: "status", status: answer.status, reason: message });
    }
  }
  return failed({ kind: "status", status: answer.status });
}

function pageMessage(
  context: RestfulContext,
  message: string,
  json: { readonly [name: string]: Json },
): string {
  const lines = [message];
  if (context.metadata.claims.debugMode) {
    for (const label of ["Code", "RequestId", "DeveloperMessage", "MoreInfo"]) {
      const value = member(json, label);
      if (typeof value === "string" || typeof value === "number") lines.push(`${label}: ${value}`);
    }
  }
  return lines.join("\n").slice(0, longestMessage);
}

function decodeSuccess(context: RestfulContext, body: string): Decision {
  if (body.trim() === "") return outcome({ kind: "continue", values: {} });
  const wanted = context.profile.outputClaims.filter(
    (claim) => !(claim.alwaysUseDefaultValue && claim.defaultValue !== undefined),
  );
  if (wanted.length === 0) return outcome({ kind: "continue", values: {} });
  const json = parseJson(body);
  const addressable = isJsonObject(json) || (Array.isArray(json) && context.metadata.claims.jsonPaths);
  if (json === undefined || !addressable) {
    return failed({ kind: "answer", detail: "The answer's body is not a JSON object." });
  }
  return readClaims(context, wanted, json);
}

function readClaims(context: RestfulContext, wanted: readonly ClaimReference[], json: Json): Decision {
  const verdicts: ClaimVerdict[] = [];
  const values: Record<string, unknown> = {};
  const read = new Set<string>();
  for (const output of wanted) {
    const id = output.claimTypeReferenceId;
    const name = output.partnerClaimType ?? id;
    const found = lookUp(json, name, context.metadata.claims.jsonPaths);
    if (found === undefined) continue;
    read.add(name.toLowerCase());
    const claimType = context.policy.claimTypes.get(id);
    const converted = convertAnswer(found, claimType?.dataType ?? "string", "restful");
    switch (converted.kind) {
      case "absent":
        verdicts.push({ name, verdict: "ignored", reason: "null and an empty list count as absent" });
        break;
      case "invalid": {
        const detail = `The value of '${name}' cannot become claim '${id}' of type ${claimType?.dataType ?? "string"}: ${converted.reason}.`;
        verdicts.push({ name, verdict: "ignored", reason: converted.reason });
        return { ...failed({ kind: "answer", detail }), verdicts };
      }
      case "value":
        values[name] = converted.value;
        verdicts.push({ name, verdict: "used", claim: claimType?.id ?? id, value: converted.value });
    }
  }
  for (const key of isJsonObject(json) ? Object.keys(json) : []) {
    const isRead = [...read].some(
      (name) => name === key.toLowerCase() || /^[.[]/.test(name.slice(key.length)),
    );
    if (!isRead) verdicts.push({ name: key, verdict: "ignored", reason: "no output claim takes it" });
  }
  return { ...outcome({ kind: "continue", values }), verdicts };
}

/** The literal key first; a path only where the profile says that names are paths (B6). */
function lookUp(json: Json, name: string, paths: boolean): Json | undefined {
  const literal = isJsonObject(json) ? member(json, name) : undefined;
  return literal === undefined && paths ? atPath(json, name) : literal;
}

function outcome<D extends { readonly kind: string }>(decision: D) {
  return { ...decision, verdicts: [] as readonly ClaimVerdict[], warnings: [] as readonly string[] };
}

function failed(fault: Fault): Decision {
  return outcome({ kind: "fail", fault });
}
