import { randomUUID } from "node:crypto";
import type { Policy } from "@vestibule/policy";
import { advance } from "../journey/advance.ts";
import type { JourneyEvent } from "../journey/event.ts";
import { newJourney } from "../journey/new-journey.ts";
import type { IssuedOutcome, Outcome } from "../journey/outcome.ts";
import type { PageModel } from "../journey/page.ts";
import type { RelyingPartyRequest } from "../journey/request.ts";
import type { SsoSession } from "../journey/session.ts";
import type { JourneyState } from "../journey/state.ts";
import type { TraceEntry } from "../journey/trace.ts";
import { compile } from "../program/compile.ts";
import type { Program } from "../program/program.ts";
import type { MemoryPorts } from "./memory-ports.ts";

/** A browser that speaks to `advance` without HTTP: what it is shown is an outcome. */
export class JourneyBrowser {
  readonly program: Program;
  readonly ports: MemoryPorts;
  readonly trace: TraceEntry[] = [];
  state: JourneyState;
  outcome: Outcome = { kind: "accepted" };

  constructor(policy: Policy, ports: MemoryPorts, request: Partial<RelyingPartyRequest> = {}) {
    const { program, diagnostics } = compile(policy);
    if (!program) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
    this.program = program;
    this.ports = ports;
    this.state = newJourney(program, {
      id: randomUUID(),
      tenantId: policy.tenantId,
      request: { ...defaultRequest, ...request },
      culture: { tag: "en-US", language: "en" },
      now: ports.time,
    });
  }

  async send(event: JourneyEvent): Promise<Outcome> {
    // Through JSON and back, as the store would: nothing that is not data survives.
    const result = await advance(
      this.program,
      JSON.parse(JSON.stringify(this.state)) as JourneyState,
      event,
      this.ports,
    );
    this.state = result.state;
    this.trace.push(...result.trace);
    this.outcome = result.outcome;
    return result.outcome;
  }

  start(session?: SsoSession): Promise<Outcome> {
    return this.send({ kind: "started", ...(session && { session }) });
  }

  /** Posts a form and, where it was accepted, follows with `confirmed`. */
  async submit(fields: Record<string, string>): Promise<Outcome> {
    const reply = await this.send({ kind: "submitted", fields });
    return reply.kind === "accepted" ? this.send({ kind: "confirmed", keepMeSignedIn: false }) : reply;
  }

  async prove(claimId: string, address: string): Promise<void> {
    await this.send({ kind: "verification", claimId, address, action: "send" });
    await this.send({ kind: "verification", claimId, address, action: "verify", code: "123456" });
  }

  page(): PageModel {
    if (this.outcome.kind !== "page") throw new Error(`no page: ${JSON.stringify(this.outcome)}`);
    return this.outcome.page;
  }

  issued(): IssuedOutcome {
    if (this.outcome.kind !== "issued")
      throw new Error(`nothing was issued: ${JSON.stringify(this.outcome)}`);
    return this.outcome;
  }

  providerReturns(parameters: Record<string, string> = {}): Promise<Outcome> {
    if (this.outcome.kind !== "redirect") throw new Error("the browser is not at a provider");
    const state = new URL(this.outcome.url).searchParams.get("state") ?? "";
    return this.send({ kind: "providerReturned", parameters: { state, code: "code", ...parameters } });
  }
}

const defaultRequest: RelyingPartyRequest = {
  protocol: "openid-connect",
  clientId: "bbbbbbbb-0000-4000-8000-000000000001",
  clientDisplayName: "Sample application",
  redirectUri: "http://localhost:9/cb",
  redirectUriType: "native",
  responseType: ["code"],
  responseMode: "query",
  scope: ["openid"],
  clientInfo: false,
  parameters: {},
  origin: "https://login.example",
  tenantSegment: "contoso.onmicrosoft.com",
  ipAddress: "203.0.113.7",
};
