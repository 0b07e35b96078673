import type { TransportFailure } from "@vestibule/engine";
import { refusedAddressCode } from "./guarded-connector.ts";
import { proxyFailureCode } from "./proxied-connector.ts";

const codes: Readonly<Record<string, TransportFailure>> = {
  [refusedAddressCode]: "refusedAddress",
  [proxyFailureCode]: "connect",
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  ETIMEDOUT: "timeout",
  ENOTFOUND: "dns",
  ENODATA: "dns",
  ECONNREFUSED: "connect",
  EHOSTUNREACH: "connect",
  EHOSTDOWN: "connect",
  ENETUNREACH: "connect",
  ENETDOWN: "connect",
  EADDRNOTAVAIL: "connect",
  UND_ERR_INVALID_ARG: "connect",
  UND_ERR_HEADERS_OVERFLOW: "tooLarge",
  UND_ERR_RES_EXCEEDED_MAX_SIZE: "tooLarge",
  HPE_HEADER_OVERFLOW: "tooLarge",
  EPROTO: "tls",
};

const tlsCodes =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_)/;

/** What a socket's or client's error means, in the words of the port. What is unknown counts as a broken connection. */
export function transportFailure(error: unknown): {
  readonly failure: TransportFailure;
  readonly detail: string;
} {
  const { code, message } = describe(error);
  const failure = codes[code] ?? (code.startsWith("EAI_") ? "dns" : tlsCodes.test(code) ? "tls" : "reset");
  return { failure, detail: `${code || "error"}: ${message}`.slice(0, 300) };
}

/** Several addresses were tried: the first one's error speaks for all. */
function describe(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  if (!(error instanceof Error)) return { code: "", message: "unknown error" };
  const { code } = error as NodeJS.ErrnoException;
  return { code: typeof code === "string" ? code : "", message: error.message };
}
