import type { HttpCall, HttpResult } from "@vestibule/engine";

const mask = "******";
/** A text this short is found everywhere. */
const shortest = 3;

/**
 * An answer without what a stranger sent in a credential's stead: that is nearly the secret, and no redaction of the
 * server knows it. An API may repeat what it was sent, and reports are kept by others than those who know the secret.
 */
export function withoutNearSecrets(result: HttpResult, sent: HttpCall, own: HttpCall): HttpResult {
  if (result.kind !== "answer") return result;
  const texts = nearSecrets(sent, own)
    .flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)])
    .filter((text) => text.length >= shortest)
    .sort((one, other) => other.length - one.length);
  const hidden = (text: string) => texts.reduce((current, each) => current.replaceAll(each, mask), text);
  const headers = Object.entries(result.headers).map(([name, value]) => [name, hidden(value)] as const);
  return { ...result, headers: Object.fromEntries(headers), body: hidden(result.body) };
}

function nearSecrets(sent: HttpCall, own: HttpCall): readonly string[] {
  return Object.entries(sent.headers).flatMap(([name, value]) => {
    const right = own.headers[name];
    if (right === undefined || right === value) return [];
    const [scheme, token] = /^(Basic|Bearer) (.*)$/s.exec(value)?.slice(1) ?? ["", value];
    if (scheme !== "Basic") return isNear(value, right) ? [value, token ?? value] : [];
    const pair = Buffer.from(token ?? "", "base64").toString("utf8");
    return [token ?? "", pair, pair.slice(pair.indexOf(":") + 1)];
  });
}

/** A key with another end: idempotency keys and signatures differ from the beginning. */
function isNear(value: string, right: string): boolean {
  return value.startsWith(right.slice(0, -1));
}
