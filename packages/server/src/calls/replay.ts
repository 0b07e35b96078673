import { randomUUID } from "node:crypto";
import { type CallRecord, type JourneyState, newJourney, type Program, replayCall } from "@vestibule/engine";
import type { ServerContext } from "../context.ts";
import type { Tenant } from "../tenant/tenant.ts";
import type { TenantCall } from "./calls.ts";

/** What is changed of the recorded call. */
export interface ReplayEdit {
  readonly body: string;
  /** Read in place of an answer; nothing is sent then. */
  readonly answer?: { readonly status: number; readonly body: string };
  /** Address of this server. */
  readonly origin: string;
}

/** What a replay needs of the server. */
export type ReplayParts = Pick<ServerContext, "ports" | "now">;

/** Sends a recorded call again, or reads an edited answer. Gives the new record, or a sentence that says why not. */
export async function replay(
  context: ReplayParts,
  { tenant, call }: TenantCall,
  { body, answer, origin }: ReplayEdit,
): Promise<CallRecord | { readonly problem: string }> {
  const program = tenant.policies.get(call.policyId.toLowerCase())?.program;
  if (!program) return { problem: `The tenant has no policy ${call.policyId} any more.` };
  const { technicalProfile, step } = call;
  const state = journeyLike(context, tenant, program, origin);
  const edited = { technicalProfile, body, step, state, ...(answer && { answer }) };
  return replayCall(program, edited, context.ports(tenant));
}

/** A journey that nobody makes: it has a request and a language, so that the answer can be read as in a real one. */
function journeyLike(context: ReplayParts, tenant: Tenant, program: Program, origin: string): JourneyState {
  const application = tenant.applications.find(({ enabled }) => enabled);
  const redirect = application?.redirectUris[0];
  return newJourney(program, {
    id: randomUUID(),
    tenantId: tenant.id,
    now: context.now(),
    culture: { tag: "en-US", language: "en" },
    request: {
      protocol: "openid-connect",
      clientId: application?.clientId ?? "",
      clientDisplayName: application?.displayName ?? "",
      redirectUri: redirect?.uri ?? "",
      redirectUriType: redirect?.type ?? "web",
      responseType: ["code"],
      responseMode: "query",
      scope: ["openid"],
      clientInfo: false,
      parameters: {},
      origin,
      tenantSegment: tenant.defaultDomain,
      ipAddress: "127.0.0.1",
    },
  });
}

/** Which calls were sent again from here, for as long as the server runs: newest call → the one that it repeats. */
export class Replays {
  readonly #earlier = new Map<string, string>();

  add(id: string, earlier: string): void {
    this.#earlier.set(id, earlier);
    const [oldest] = this.#earlier.keys();
    if (this.#earlier.size > 500 && oldest !== undefined) this.#earlier.delete(oldest);
  }

  has(id: string): boolean {
    return this.#earlier.has(id);
  }

  earlierOf(id: string): string | undefined {
    return this.#earlier.get(id);
  }
}
