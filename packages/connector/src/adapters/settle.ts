import type { PresentedCertificate } from "../authentication.ts";
import { BodyTooLarge, type IncomingCall } from "../call.ts";
import type { Connector, HttpAnswer } from "../connector.ts";

/** Reads the call, which may fail while its body comes in, and answers it. */
export async function settle(
  connector: Connector,
  read: () => IncomingCall | Promise<IncomingCall>,
): Promise<HttpAnswer> {
  let call: IncomingCall;
  try {
    call = await read();
  } catch (error) {
    return error instanceof BodyTooLarge ? connector.tooLarge : connector.failed(error);
  }
  return connector.answer(call);
}

/** A header of Node's `IncomingHttpHeaders` form, whose names are in lower case. */
export function headerOf(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  name: string,
): string | undefined {
  const value = headers[name.toLowerCase()];
  return typeof value === "string" ? value : value?.join(", ");
}

/** A TLS socket has both members; a plain one has neither. */
interface TlsSocket {
  readonly authorized?: boolean;
  getPeerCertificate?(): PresentedCertificate | null;
}

/** What a Node socket knows about the other side. */
export function peerOf(socket: object): Pick<IncomingCall, "certificate" | "chainVerified"> {
  const peer = socket as TlsSocket;
  return {
    certificate: peer.getPeerCertificate?.() ?? undefined,
    chainVerified: peer.authorized === true,
  };
}
