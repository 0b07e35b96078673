import type { CallRecord, CallTrace, ClaimVerdict, HttpAttempt, HttpResult } from "../../ports.ts";
import { callSecrets } from "./credentials.ts";
import {
  type CallFailure,
  type Credentials,
  type Decision,
  type EncodedRequest,
  mostTold,
  type RestfulContext,
} from "./exchange.ts";
import { faultDetail } from "./failure.ts";
import { perProfile } from "./per-profile.ts";
import {
  isSecretClaim,
  mask,
  plainEscapes,
  querySecrets,
  redactBody,
  redactHeaders,
  redactor,
  shortened,
  withoutSecrets,
} from "./redaction.ts";

/** What was learned on the way, for the record. */
export interface Exchange {
  readonly started: number;
  attempts: readonly HttpAttempt[];
  request?: EncodedRequest;
  credentials?: Credentials;
  /** Headers of the profile, of the call's identity and of its signature. */
  proof?: Pick<Credentials, "headers" | "secrets">;
  trace?: CallTrace;
  result?: HttpResult;
}

/** Writes down what one call was, and what came of it; nothing secret gets this far. */
export async function recordCall(
  context: RestfulContext,
  exchange: Exchange,
  decision: Decision,
): Promise<void> {
  const { metadata, ports, profile, state } = context;
  const { request, result, attempts } = exchange;
  const duration = ports.clock.now() - exchange.started;
  const { url, secrets: keysInUrl } = shownAddress(context, request?.url ?? metadata.serviceUrl);
  const answer = result?.kind === "answer" ? result : undefined;
  const secrets = [
    ...keysInUrl,
    ...(exchange.credentials?.secrets ?? []),
    ...(exchange.proof?.secrets ?? []),
    ...callSecrets(context),
  ];
  const sentBody = request?.body === undefined ? undefined : plainEscapes(request.body);
  const answerBody = plainEscapes(answer?.body ?? "");
  const redact = redactor(secrets, [
    url,
    sentBody ?? "",
    answerBody,
    ...Object.values(request?.headers ?? {}),
    ...Object.values(exchange.proof?.headers ?? {}),
    ...Object.values(answer?.headers ?? {}),
  ]);
  const hidden = hiddenNames(context);
  const keyHeader =
    metadata.authentication.kind === "ApiKeyHeader" ? metadata.authentication.header : undefined;
  const failure = failureOf(context, decision, result);
  const warnings = decision.warnings.slice(0, mostTold).map((warning) => shortName(redact(warning)));
  const verdicts = toldVerdicts(decision.verdicts);
  if (verdicts.length < decision.verdicts.length)
    warnings.push(`members-not-told:${decision.verdicts.length - verdicts.length}`);
  if (exhausted(context, attempts, result)) warnings.push("tries-exhausted");
  const call: CallRecord = {
    id: ports.random.uuid(),
    correlationId: state.id,
    at: exchange.started,
    policyId: state.policyId,
    step: context.step,
    technicalProfile: profile.id,
    ...(metadata.connector && { connectorStep: metadata.connector.step }),
    ...(metadata.connector?.id && { connectorId: metadata.connector.id }),
    request: {
      method: request?.method ?? "POST",
      url: redact(url),
      ...templateOf(context, url),
      headers: redactHeaders(
        { ...request?.headers, ...exchange.credentials?.headers, ...exchange.proof?.headers },
        redact,
        keyHeader,
      ),
      ...(sentBody !== undefined && { body: redactBody(sentBody, redact, hidden) }),
    },
    ...(answer && {
      response: {
        status: answer.status,
        headers: redactHeaders(answer.headers, redact, keyHeader),
        body: redactBody(answerBody, redact, hidden),
      },
    }),
    ...(failure && { failure }),
    attempts,
    duration,
    decision: decision.kind,
    verdicts: verdicts.map((verdict) => redactVerdict(context, verdict, redact)),
    warnings,
  };
  const outcome = answer ? `HTTP ${answer.status}` : (failure?.detail ?? "not sent");
  context.trace({
    kind: "call",
    text: `${profile.id}: ${call.request.method} ${call.request.url}: ${outcome}, ${decision.kind}`,
    technicalProfile: profile.id,
    detail: {
      call: call.id,
      decision: decision.kind,
      attempts: attempts.length,
      duration,
      ...(warnings.length > 0 && { warnings }),
    },
  });
  exchange.trace?.end(call);
  await ports.calls.record(call);
}

interface ShownAddress {
  /** Without query string and user info. */
  readonly url: string;
  readonly secrets: readonly string[];
}

const shown = (url: string): ShownAddress => ({ url: withoutSecrets(url), secrets: querySecrets(url) });
const shownServiceUrl = perProfile(({ metadata }: RestfulContext) => shown(metadata.serviceUrl));

/** Nearly every call goes to the address as it was configured. */
function shownAddress(context: RestfulContext, url: string): ShownAddress {
  return url === context.metadata.serviceUrl ? shownServiceUrl(context) : shown(url);
}

/** The configured address where values were put into its path: those are a person's. */
function templateOf(context: RestfulContext, shownUrl: string): { readonly template?: string } {
  const { url } = shownServiceUrl(context);
  return url === shownUrl ? {} : { template: url };
}

/** What a call's circuit stands for, where its own address holds a person's values. */
export function endpointOf(context: RestfulContext, url: string): { readonly endpoint?: string } {
  const { template } = templateOf(context, shownAddress(context, url).url);
  return template === undefined ? {} : { endpoint: template };
}

/** All that was used, of which a policy names few, and the first of what was not. */
function toldVerdicts(verdicts: readonly ClaimVerdict[]): readonly ClaimVerdict[] {
  if (verdicts.length <= mostTold) return verdicts;
  let ignored = 0;
  return verdicts.filter(({ verdict }) => verdict === "used" || ++ignored <= mostTold);
}

const longestName = 256;

function shortName(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName)}…` : name;
}

/** Keys and values are the API's own text: they may repeat a secret. */
function redactVerdict(
  context: RestfulContext,
  verdict: ClaimVerdict,
  redact: (text: string) => string,
): ClaimVerdict {
  const name = shortName(redact(verdict.name));
  if (verdict.verdict === "ignored") return { ...verdict, name };
  if (isSecretClaim(context.policy, verdict.claim)) return { ...verdict, name, value: mask };
  const { value } = verdict;
  if (typeof value === "string") return { ...verdict, name, value: shortened(redact(value)) };
  if (!Array.isArray(value)) return { ...verdict, name };
  const elements = value.map((each) => (typeof each === "string" ? redact(each) : each));
  const text = JSON.stringify(elements);
  return { ...verdict, name, value: text === shortened(text) ? elements : shortened(text) };
}

function failureOf(
  context: RestfulContext,
  decision: Decision,
  result: HttpResult | undefined,
): CallFailure | undefined {
  const fault =
    decision.kind === "fail" ? decision.fault : decision.kind === "continue" ? decision.despite : undefined;
  if (!fault) return undefined;
  const detail = faultDetail(context, fault);
  if (fault.kind === "transport" && fault.failure !== "unsent" && fault.failure !== "token") {
    return { kind: fault.failure, detail };
  }
  return { kind: result ? "answer" : "credentials", detail };
}

/** AADB2C90162 is for the log only (U55). */
function exhausted(
  context: RestfulContext,
  attempts: readonly HttpAttempt[],
  result: HttpResult | undefined,
): boolean {
  return (
    result?.kind === "failure" &&
    context.metadata.call.tries > 1 &&
    attempts.length === context.metadata.call.tries
  );
}

/** Names, in request and answer, whose claims are secret by their use. */
const hiddenNames = perProfile(({ profile, policy }: RestfulContext): ReadonlySet<string> => {
  const secret = [...profile.inputClaims, ...profile.outputClaims].filter((claim) =>
    isSecretClaim(policy, claim.claimTypeReferenceId),
  );
  return new Set(secret.map((claim) => claim.partnerClaimType ?? claim.claimTypeReferenceId));
});
