/** Where and how to reach the mail server, read from `smtp://user:password@host:port` or `smtps://…`. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps`). */
  readonly secure: boolean;
  readonly credentials?: { readonly user: string; readonly password: string };
}

/** Reads the address of the mail server. `problem` is a sentence that does not repeat the address: it may hold a password. */
export function readSmtpAddress(address: string): SmtpServer | { readonly problem: string } {
  if (!URL.canParse(address)) return { problem: "The address of the mail server cannot be read." };
  const url = new URL(address);
  const secure = url.protocol === "smtps:";
  if (!secure && url.protocol !== "smtp:") {
    return { problem: "The address of the mail server begins neither with smtp:// nor with smtps://." };
  }
  if (url.hostname === "") return { problem: "The address of the mail server names no host." };
  if (url.search !== "" || url.hash !== "" || !["", "/"].includes(url.pathname)) {
    return { problem: "The address of the mail server has something behind its host and port." };
  }
  const credentials = readCredentials(url);
  if (credentials === "unreadable") {
    return { problem: "The user name or password in the address of the mail server is not percent-encoded." };
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (secure ? 465 : 587) : Number(url.port),
    secure,
    ...(credentials !== undefined && { credentials }),
  };
}

function readCredentials(url: URL): SmtpServer["credentials"] | "unreadable" {
  if (url.username === "") return undefined;
  try {
    return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  } catch {
    return "unreadable";
  }
}

/** This machine: mail to it may go without TLS. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
