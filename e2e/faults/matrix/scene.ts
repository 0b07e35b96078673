import type { LookupFunction } from "node:net";
import type { CallRecord, HttpPort, Outcome } from "@vestibule/engine";
import { JourneyBrowser, type MemoryPorts, memoryPorts } from "@vestibule/engine/testing";
import type { Policy } from "@vestibule/policy";
import type { TestAuthority } from "../../../packages/server/src/outbound/fault-server.fixture.ts";
import {
  createOutboundHttp,
  type OutboundHttp,
} from "../../../packages/server/src/outbound/outbound-http.ts";

/** Texts that nobody but the API may ever see. */
export const secrets = {
  user: "user-of-the-api",
  password: "password-of-the-api",
  keyInUrl: "key-in-the-address",
  header: "secret-of-the-header",
  signing: "key-that-signs-requests",
  typed: "Passw0rd!of-the-person",
} as const;

/** What a new person does, up to the end of the sign-up or to the failure. */
export type Walk = (browser: JourneyBrowser, ports: MemoryPorts, email: string) => Promise<Outcome>;

/** One tenant whose API fails; its accounts and its records lie in memory, its calls go over real sockets. */
export class Scene {
  readonly ports: MemoryPorts;
  readonly #http: OutboundHttp;
  readonly #policy: Policy;
  #people = 0;
  #email = "";
  #browser: JourneyBrowser | undefined;

  constructor(options: {
    readonly policy: Policy;
    readonly authority: TestAuthority;
    readonly certificate?: { readonly certificate: string; readonly privateKey: string };
    readonly lookup?: LookupFunction;
  }) {
    const { policy, authority, certificate, lookup } = options;
    this.#http = createOutboundHttp({
      development: true,
      random: () => 0,
      certificateAuthorities: [authority.certificate],
      ...(lookup && { lookup }),
    });
    const day = 86_400;
    const now = Math.floor(Date.now() / 1000);
    const known: Readonly<Record<string, string>> = secrets;
    const http: HttpPort = { development: true, send: (call) => this.#http.send(call) };
    this.ports = Object.assign(memoryPorts(), {
      http,
      clock: { now: () => Date.now() },
      keys: {
        secret: async (id: string) => known[id],
        certificates: async () =>
          certificate
            ? [{ ...certificate, uploaded: 0, notBefore: now - day, notAfter: now + day, thumbprint: "" }]
            : [],
      },
    });
    this.#policy = policy;
  }

  /** A new person signs up, and everything that became of it. */
  signUp(walk: Walk): Promise<Seen> {
    this.#email = `person${++this.#people}@people.example`;
    this.#browser = new JourneyBrowser(this.#policy, this.ports, { state: "s" });
    return this.goOn(walk);
  }

  /** The same person does something more, in the same browser. */
  async goOn(walk: Walk): Promise<Seen> {
    const [browser, email] = [this.#browser, this.#email];
    if (!browser) throw new Error("nobody has come yet");
    const before = this.ports.callRecords.length;
    const outcome = await walk(browser, this.ports, email);
    const accounts = [...this.ports.accounts.values()].filter(({ identities }) =>
      identities.some(({ issuerAssignedId }) => issuerAssignedId.endsWith(email)),
    );
    return {
      outcome,
      text: sentenceOf(outcome),
      trace: JSON.stringify(browser.trace),
      calls: this.ports.callRecords.slice(before),
      hasAccount: accounts.length > 0,
      attributes: accounts.map(({ attributes }) => attributes),
    };
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}

export interface Seen {
  readonly outcome: Outcome;
  /** The sentence that the person or the application got; empty where all went well. */
  readonly text: string;
  /** What the operator reads of the journey. */
  readonly trace: string;
  readonly calls: readonly CallRecord[];
  readonly hasAccount: boolean;
  /** Of each account that the person has. */
  readonly attributes: readonly Readonly<Record<string, unknown>>[];
}

function sentenceOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case "refused":
      return outcome.problem.message;
    case "relyingPartyError":
    case "errorPage":
      return outcome.message;
    default:
      return "";
  }
}
