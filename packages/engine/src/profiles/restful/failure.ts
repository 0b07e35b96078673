import { errorMessages, fillString } from "../../strings/index.ts";
import type { ProfileResult } from "../profile.ts";
import type { Fault, RestfulContext } from "./exchange.ts";
import { mask, withoutSecrets } from "./redaction.ts";
import { reasonPhrase, statusName } from "./status.ts";

type TransportKey =
  | "DefaultUserMessageIfRequestFailed"
  | "UserMessageIfCircuitOpen"
  | "UserMessageIfDnsResolutionFailed"
  | "UserMessageIfRequestTimeout";

const circuitReason = "The circuit is open after repeated failures and is not allowing calls.";
const busyReason = "Too many calls are under way and the service is not allowing more.";

/** Code and text of a failure as the page and as the application get it. */
interface Explanation {
  readonly code: string;
  /** For the person at the page. */
  readonly page: string;
  /** For the application: the AADB2C sentence (api-connectors.md B9). */
  readonly application: string;
}

function explain(context: RestfulContext, fault: Fault): Explanation {
  const profile = context.profile.id;
  switch (fault.kind) {
    case "transport": {
      const text = transportText(context, fault.failure);
      // A time-out was reported as Code 'Conflict' with the person's text as the reason (B9).
      return { code: "AADB2C90075", page: text, application: claimsExchangeText(context, "Conflict", text) };
    }
    case "status": {
      if (fault.reason !== undefined) {
        return {
          code: "AADB2C90075",
          page: fault.reason,
          application: claimsExchangeText(context, statusName(fault.status), asReason(fault.reason)),
        };
      }
      const { code, text } = statusText(context, fault.status);
      return {
        code,
        page: configured(context, "DefaultUserMessageIfRequestFailed", [shownUrl(context)]) ?? text,
        application: text,
      };
    }
    case "answer": {
      const text = `The claims exchange specified in technical profile '${profile}' did not complete as expected. You might want to try starting your session over from the beginning.`;
      return {
        code: "AADB2C90255",
        page: configured(context, "DefaultUserMessageIfRequestFailed", [shownUrl(context)]) ?? text,
        application: text,
      };
    }
    case "configuration":
      return { code: fault.code, page: fault.message, application: fault.message };
  }
}

export function failureResult(context: RestfulContext, fault: Fault): ProfileResult {
  const { code, page, application } = explain(context, fault);
  return { kind: "systemError", code, message: context.caller === "validation" ? page : application };
}

/** What the operator reads: everything but secrets. */
export function faultDetail(context: RestfulContext, fault: Fault): string {
  switch (fault.kind) {
    case "transport":
    case "answer":
      return fault.detail;
    case "status":
      return `The API answered HTTP ${fault.status} (${statusName(fault.status)}).`;
    case "configuration":
      return `${fault.code}: ${explain(context, fault).application}`;
  }
}

/** For the person: nothing, or the service address without query and user info, which may hold keys (U54). */
function shownUrl({ metadata }: RestfulContext): string {
  return metadata.call.showServiceUrl ? withoutSecrets(metadata.serviceUrl) : mask;
}

function statusText(
  context: RestfulContext,
  status: number,
): { readonly code: string; readonly text: string } {
  const profile = context.profile.id;
  if (status === 401 || status === 403) {
    const { kind } = context.metadata.authentication;
    if (kind === "Basic") {
      return {
        code: "AADB2C90027",
        text: `Basic credentials specified for '${profile}' are invalid. Check that the credentials are correct and that access has been granted by the resource.`,
      };
    }
    if (kind === "ClientCertificate") {
      return {
        code: "AADB2C90028",
        text: `Client certificate specified for '${profile}' is invalid. Check that the certificate is correct, contains a private key and that access has been granted by the resource.`,
      };
    }
  }
  if (status === 409) {
    return {
      code: "AADB2C90261",
      text: `The claims exchange '${profile}' specified in step '${stepName(context)}' returned HTTP error response that could not be parsed.`,
    };
  }
  return {
    code: "AADB2C90075",
    text: claimsExchangeText(context, statusName(status), reasonPhrase(status)),
  };
}

function claimsExchangeText(context: RestfulContext, code: string, reason: string): string {
  return `The claims exchange '${context.profile.id}' specified in step '${stepName(context)}' returned HTTP error response with Code '${code}' and Reason '${reason}'.`;
}

/** The order number; in journeys of the token endpoint it was observed with its type (B9). */
function stepName({ state, step }: RestfulContext): string {
  const ofTokenEndpoint = ["refresh", "password", "clientCredentials"].includes(state.entry);
  return ofTokenEndpoint ? `Order=${step}, Type=ClaimsExchange` : String(step);
}

/** An API's sentence inside an error description: one line, at most 1,000 characters (U56). */
function asReason(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]+/g, " ").slice(0, 1000);
}

/** Order of choice of B8: the condition's own text, the general text, the built-in text of the condition. */
function transportText(
  context: RestfulContext,
  failure: Extract<Fault, { kind: "transport" }>["failure"],
): string {
  const url = shownUrl(context);
  const { timeout, deadline } = context.metadata.call;
  const [key, fillIns] = transportKey(failure, deadline > 0 ? Math.min(timeout, deadline) : timeout, url);
  return (
    configured(context, key, fillIns) ??
    configured(context, "DefaultUserMessageIfRequestFailed", [url]) ??
    builtIn(key, fillIns)
  );
}

function transportKey(
  failure: Extract<Fault, { kind: "transport" }>["failure"],
  timeout: number,
  url: string,
): readonly [TransportKey, readonly string[]] {
  switch (failure) {
    case "timeout":
      return ["UserMessageIfRequestTimeout", [String(timeout / 1000), url]];
    case "dns":
      return ["UserMessageIfDnsResolutionFailed", [url]];
    case "circuitOpen":
      return ["UserMessageIfCircuitOpen", [circuitReason, url]];
    case "busy":
      return ["UserMessageIfCircuitOpen", [busyReason, url]];
    case "connect":
    case "tls":
    case "reset":
    case "refusedAddress":
    case "tooLarge":
    case "unsent":
    case "token":
      return ["DefaultUserMessageIfRequestFailed", [url]];
  }
}

/** A keyed message that somebody wrote – localized or as metadata – and not the built-in one. */
function configured(
  context: RestfulContext,
  key: TransportKey,
  fillIns: readonly string[],
): string | undefined {
  const text = context.message(key, ...fillIns);
  return text === "" || text === key || text === builtIn(key, fillIns) ? undefined : text;
}

function builtIn(key: TransportKey, fillIns: readonly string[]): string {
  return fillString(errorMessages[key] ?? key, ...fillIns);
}
