import type { CallRecord } from "@vestibule/engine";
import type { Store } from "../store/store.ts";
import type { Tenant, Tenants } from "../tenant/tenant.ts";

/** A call with the tenant in whose flow it was made. */
export interface TenantCall {
  readonly tenant: Tenant;
  readonly call: CallRecord;
}

/** Where calls are kept. */
export interface CallSource {
  readonly tenants: Pick<Tenants, "all">;
  readonly store: Pick<Store, "observations">;
}

const depth = 300;

/** The newest calls of all tenants, newest first; `query` keeps those in whose facts every word of it stands. */
export async function readCalls(context: CallSource, query: string): Promise<readonly TenantCall[]> {
  const found = await Promise.all(
    context.tenants.all().map(async (tenant) => {
      const calls = await context.store.observations.listCalls(tenant.id, depth);
      return calls.map((call): TenantCall => ({ tenant, call }));
    }),
  );
  const words = wordsOf(query);
  return found
    .flat()
    .filter(({ tenant, call }) => holds(words, factsOf(tenant, call)))
    .sort((one, other) => other.call.at - one.call.at)
    .slice(0, depth);
}

export async function readCall(context: CallSource, id: string): Promise<TenantCall | undefined> {
  for (const tenant of context.tenants.all()) {
    const call = await context.store.observations.call(tenant.id, id);
    if (call) return { tenant, call };
  }
  return undefined;
}

/** The calls of one journey in the order in which they were made. */
export async function callsOfJourney(
  context: CallSource,
  tenant: Tenant,
  journeyId: string,
): Promise<readonly CallRecord[]> {
  const calls = await context.store.observations.listCalls(tenant.id, depth);
  return calls.filter((call) => call.correlationId === journeyId).reverse();
}

function factsOf(tenant: Tenant, call: CallRecord): string {
  return [
    tenant.defaultDomain,
    call.policyId,
    call.technicalProfile,
    call.connectorId ?? "",
    call.connectorStep ?? "",
    call.request.url,
    String(call.response?.status ?? ""),
    call.failure?.kind ?? "",
    call.decision,
    call.correlationId,
    call.id,
  ].join("\n");
}

export function wordsOf(query: string): readonly string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean);
}

/** True where every word stands somewhere in the text. */
export function holds(words: readonly string[], text: string): boolean {
  const lower = words.length > 0 ? text.toLowerCase() : "";
  return words.every((word) => lower.includes(word));
}
