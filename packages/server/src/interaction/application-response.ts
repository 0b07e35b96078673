import { randomBytes } from "node:crypto";
import type { FastifyReply } from "fastify";
import type { ApplicationAnswer } from "../context.ts";
import { escapeHtml } from "../html-text.ts";
import { type Framing, framingOf } from "./framing.ts";

/** The final response to the application, byte for byte as pages.md 1.12 says. */
export async function sendApplicationAnswer(
  reply: FastifyReply,
  answer: ApplicationAnswer,
  framing?: Framing,
): Promise<unknown> {
  noStore(reply);
  reply.header("Referrer-Policy", "strict-origin");
  if (answer.mode === "form_post") {
    const nonce = randomBytes(16).toString("base64url");
    autoSubmitHeaders(reply, nonce, framing);
    return reply.send(formPostPage(answer.redirectUri, answer.fields, nonce));
  }
  return sendRedirect(reply, answerUrl(answer));
}

/** 302 with ASP.NET's "Object moved" body: published clients cut the code out of it. */
export async function sendRedirect(
  reply: FastifyReply,
  url: string,
  status: 302 | 303 = 302,
): Promise<unknown> {
  noStore(reply);
  return reply
    .status(status)
    .header("Location", url)
    .header("Content-Type", "text/html; charset=utf-8")
    .send(objectMoved(url));
}

export function noStore(reply: FastifyReply): void {
  reply
    .header("Cache-Control", "no-store, must-revalidate, no-cache")
    .header("Expires", "-1")
    .header("Pragma", "no-cache");
}

/** Redirect URI with the fields merged into its query or as its fragment. Plain ASCII, safe as a header. */
export function answerUrl(answer: ApplicationAnswer): string {
  const fields = answer.fields.map(([name, value]) => `${urlEncode(name)}=${urlEncode(value)}`).join("&");
  const uri = headerSafe(answer.redirectUri);
  if (answer.mode === "fragment") return `${uri}#${fields}`;
  const [path, fragment] = splitOnce(uri, "#");
  const joint = !path.includes("?") ? "?" : /[?&]$/.test(path) ? "" : "&";
  return `${path}${joint}${fields}${fragment === undefined ? "" : `#${fragment}`}`;
}

export function objectMoved(url: string): string {
  const href = /^https?:\/\//i.test(url) || url.startsWith("/") ? escapeLines(url) : urlEncode(url);
  return `<html><head><title>Object moved</title></head><body>\r\n<h2>Object moved to <a href="${href}">here</a>.</h2>\r\n</body></html>\r\n`;
}

/** .NET's `HttpUtility.UrlEncode`: blanks as `+`, lower-case hex. */
export function urlEncode(text: string): string {
  let encoded = "";
  for (const byte of Buffer.from(text, "utf8")) {
    const character = String.fromCharCode(byte);
    if (/[A-Za-z0-9\-_.!*()]/.test(character)) encoded += character;
    else if (character === " ") encoded += "+";
    else encoded += `%${byte.toString(16).padStart(2, "0")}`;
  }
  return encoded;
}

export function autoSubmitHeaders(reply: FastifyReply, nonce: string, framing = framingOf(undefined)): void {
  // No `form-action`: the application's answer to the post may redirect anywhere.
  reply
    .header("Content-Type", "text/html; charset=utf-8")
    .header("X-Content-Type-Options", "nosniff")
    .header("X-Frame-Options", framing.options)
    .header(
      "Content-Security-Policy",
      `default-src 'none'; script-src 'nonce-${nonce}'; base-uri 'none'; ${framing.ancestors}`,
    );
}

/** Clients search this text literally: single quotes, this order of attributes. */
export function formPostPage(
  action: string,
  fields: readonly (readonly [string, string])[],
  nonce: string,
): string {
  if (/^\s*(?:javascript|data|vbscript):/i.test(action))
    throw new Error("a form cannot be posted to a script");
  const inputs = fields.map(([name, value]) => {
    const safe = escapeLines(name);
    return `<input type='hidden' name='${safe}' id='${safe}' value='${escapeLines(value)}'/>`;
  });
  return [
    `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">`,
    `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Logging in...</title>`,
    `<meta name="CACHE-CONTROL" content="NO-CACHE"/><meta name="PRAGMA" content="NO-CACHE"/><meta name="EXPIRES" content="-1"/>`,
    `</head><body><form id='auto' method='post' action='${escapeLines(action)}'><div>${inputs.join("")}`,
    `<div id='noJavascript'><p>This page goes on by itself where JavaScript is on. Press Continue.</p><input type='submit' value='Continue'/></div>`,
    `</div></form><script nonce='${nonce}'>document.getElementById('noJavascript').innerHTML='';document.getElementById('auto').submit();</script></body></html>`,
  ].join("\r\n");
}

/** Posts the fields of its own address's fragment to `action`, and forgets them. */
export function fragmentRelayPage(action: string, nonce: string): string {
  return [
    `<!DOCTYPE html><html lang="en"><head><title>Logging in...</title></head>`,
    `<body><form id='auto' method='post' action='${escapeLines(action)}'></form>`,
    `<noscript><p>This page goes on by itself where JavaScript is on. Please switch it on and sign in again.</p></noscript>`,
    `<script nonce='${nonce}'>`,
    `const form = document.getElementById('auto');`,
    `for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {`,
    `  form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));`,
    `}`,
    `history.replaceState(null, '', location.pathname);`,
    // A field may be called `submit`.
    `HTMLFormElement.prototype.submit.call(form);`,
    `</script></body></html>`,
  ].join("\r\n");
}

/** As `escapeHtml`; line breaks survive an attribute as character references. */
function escapeLines(text: string): string {
  return escapeHtml(text).replaceAll("\0", "").replaceAll("\r", "&#13;").replaceAll("\n", "&#10;");
}

function headerSafe(uri: string): string {
  return uri.replaceAll(/[^\x21-\x7e]+/g, (run) => encodeURIComponent(run.toWellFormed()));
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
