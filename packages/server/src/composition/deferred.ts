import type { FederationPort, HintPort } from "@vestibule/engine";
import type { HintRecipient } from "../federation/hints.ts";
import type { Closing } from "../hosting/closing.ts";
import type { Mailer, MailerOptions } from "../messages/mailer.ts";
import type { OutboundHttp, OutboundOptions, SocketOpener } from "../outbound/index.ts";

/*
 * The ways out to other machines, loaded when the first flow needs them: a server whose flows call nobody starts in less
 * time and holds less memory.
 */

/**
 * The client of `createOutboundHttp` for calls that a policy names; it is loaded with the first call. Nothing that the
 * other side does makes it throw, and it follows no redirect. Source: api-connectors.md A6, A7.
 */
export function deferredHttp(options: OutboundOptions = {}): OutboundHttp {
  const client = once(async () => (await import("../outbound/index.ts")).createOutboundHttp(options));
  let loaded: OutboundHttp | undefined;
  return {
    development: options.development ?? false,
    send: (call) =>
      loaded
        ? loaded.send(call)
        : client.get().then((made) => {
            loaded = made;
            return made.send(call);
          }),
    circuits: async () => (await client.made())?.circuits() ?? [],
    close: async () => (await client.made())?.close(),
  };
}

export function deferredMailer(options: MailerOptions): Mailer {
  const mailer = once(async () => (await import("../messages/mailer.ts")).createMailer(options));
  return {
    deliver: async (...message) => (await mailer.get()).deliver(...message),
    close: () => void mailer.made()?.then((made) => made.close()),
  };
}

export interface DeferredFederation {
  readonly federation: FederationPort;
  /** Reads the hints that come to one tenant. */
  hints(recipient: HintRecipient): HintPort;
}

/** `closing` gets what the providers' client holds open, once there is one. */
export function deferredFederation(
  options: {
    readonly development: boolean;
    readonly privateHosts: readonly string[];
    readonly now: () => number;
    readonly openSocket?: SocketOpener;
    readonly proxy?: URL;
  },
  closing: Closing,
): DeferredFederation {
  const room = once(async () => {
    const [{ createGuardedFetch }, { createFederationContext, federationOf }, { createHints }] =
      await Promise.all([
        import("./guarded-fetch.ts"),
        import("../federation/federation.ts"),
        import("../federation/hints.ts"),
      ]);
    const providers = createGuardedFetch(options);
    closing.add(() => providers.close());
    const context = createFederationContext({
      fetch: providers.fetch,
      allowInsecureHttp: options.development,
      now: options.now,
    });
    return {
      federation: federationOf(context),
      hints: (recipient: HintRecipient) => createHints(context, recipient),
    };
  });
  return {
    federation: {
      begin: async (...request) => (await room.get()).federation.begin(...request),
      complete: async (...answer) => (await room.get()).federation.complete(...answer),
    },
    hints: (recipient) => ({
      verify: async (...hint) => (await room.get()).hints(recipient).verify(...hint),
    }),
  };
}

/** `get` makes it at the first call; `made` is undefined where nobody asked for it. */
function once<T>(make: () => Promise<T>): { get(): Promise<T>; made(): Promise<T> | undefined } {
  let made: Promise<T> | undefined;
  return {
    get: () => {
      made ??= make();
      return made;
    },
    made: () => made,
  };
}
