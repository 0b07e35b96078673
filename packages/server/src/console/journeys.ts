import type { CallRecord, ClaimValue, TraceEntry } from "@vestibule/engine";
import { callsOfJourney, holds, wordsOf } from "../calls/calls.ts";
import type { ServerContext } from "../context.ts";
import type { JourneySummary, OutboxEntry } from "../store/store.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { readOutbox } from "./outbox.tsx";

export interface TenantJourney {
  readonly tenant: Tenant;
  readonly summary: JourneySummary;
}

const depth = 300;

/** The newest journeys of all tenants, the one that moved last first. */
export async function readJourneys(context: ServerContext, query: string): Promise<readonly TenantJourney[]> {
  const found = await Promise.all(
    context.tenants.all().map(async (tenant) => {
      const summaries = await context.store.observations.listJourneys(tenant.id, depth);
      return summaries.map((summary): TenantJourney => ({ tenant, summary }));
    }),
  );
  const words = wordsOf(query);
  return found
    .flat()
    .filter(({ tenant, summary }) =>
      holds(
        words,
        [
          tenant.defaultDomain,
          summary.id,
          summary.policyId,
          applicationName(tenant, summary.clientId),
          summary.clientId,
          summary.status,
          summary.lastText,
        ].join("\n"),
      ),
    )
    .sort((one, other) => other.summary.updatedAt - one.summary.updatedAt)
    .slice(0, depth);
}

export function applicationName(tenant: Tenant, clientId: string): string {
  return tenant.applications.find((one) => one.clientId === clientId)?.displayName ?? clientId;
}

/** Everything that one journey left: its trace, cut into steps, with the calls and mails that belong to them. */
export interface JourneyRecordings {
  readonly tenant: Tenant;
  /** Absent where the journey is older than the list reaches back. */
  readonly summary?: JourneySummary;
  readonly entries: readonly TraceEntry[];
  readonly calls: readonly CallRecord[];
  /** Index of an entry that says that a code was sent → the mail. */
  readonly mails: ReadonlyMap<number, OutboxEntry>;
}

export async function readJourney(
  context: ServerContext,
  id: string,
): Promise<JourneyRecordings | undefined> {
  for (const tenant of context.tenants.all()) {
    const entries = await context.store.observations.trace(tenant.id, id);
    if (entries.length === 0) continue;
    const [summaries, calls, outbox] = await Promise.all([
      context.store.observations.listJourneys(tenant.id, depth),
      callsOfJourney(context, tenant, id),
      readOutbox(context, undefined),
    ]);
    const summary = summaries.find((one) => one.id === id);
    return {
      tenant,
      ...(summary && { summary }),
      entries,
      calls,
      mails: mailsOf(
        entries,
        outbox.filter((mail) => mail.tenantId === tenant.id),
      ),
    };
  }
  return undefined;
}

/** A mail does not know its journey: it is the last one that was made before the entry that says "sent". */
function mailsOf(
  entries: readonly TraceEntry[],
  newestFirst: readonly OutboxEntry[],
): ReadonlyMap<number, OutboxEntry> {
  const mails = new Map<number, OutboxEntry>();
  for (const [index, entry] of entries.entries()) {
    if (entry.kind !== "validation" || !/^Code for .*: sent$/.test(entry.text)) continue;
    const mail = newestFirst.find(({ at }) => at <= entry.at && entry.at - at < 20_000);
    if (mail) mails.set(index, mail);
  }
  return mails;
}

/** The part of a trace that one orchestration step, or one thing that came from outside, left. */
export interface JourneyStep {
  readonly head: NumberedEntry;
  readonly rest: readonly NumberedEntry[];
  /** The journey's claims around this part. */
  readonly around: ClaimsBefore;
}

/** Redacted claims, claim type id → value, as they were before something and after it. */
export interface ClaimsBefore {
  readonly before: Readonly<Record<string, ClaimValue>>;
  readonly after: Readonly<Record<string, ClaimValue>>;
}

export interface NumberedEntry {
  /** Place in the trace; a trace only grows. */
  readonly index: number;
  readonly entry: TraceEntry;
}

/** Begins a new part at every event from outside, at every orchestration step, and where a row of skipped ones begins. */
export function stepsOf(entries: readonly TraceEntry[]): readonly JourneyStep[] {
  const steps: { head: NumberedEntry; rest: NumberedEntry[]; around: ClaimsBefore }[] = [];
  let claims: ClaimsBefore["before"] = {};
  for (const [index, entry] of entries.entries()) {
    const last = steps.at(-1);
    const skipping = last?.head.entry.kind === "stepSkipped";
    const begins =
      entry.kind === "stepSkipped"
        ? !skipping
        : skipping || entry.kind === "event" || (entry.kind === "step" && /^Step \d+ /.test(entry.text));
    const before = claims;
    claims = written(claims, entry);
    if (last === undefined || begins)
      steps.push({ head: { index, entry }, rest: [], around: { before, after: claims } });
    else {
      last.rest.push({ index, entry });
      last.around = { before: last.around.before, after: claims };
    }
  }
  return steps;
}

/** The journey's claims after an entry that may have written some. */
function written(claims: ClaimsBefore["before"], entry: TraceEntry): ClaimsBefore["before"] {
  if (!entry.written || !entry.claims) return claims;
  const result: Record<string, ClaimValue> = { ...claims };
  for (const [name, { after }] of Object.entries(entry.claims)) {
    if (after === undefined) delete result[name];
    else result[name] = after;
  }
  return result;
}
