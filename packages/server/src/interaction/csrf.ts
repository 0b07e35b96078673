import { timingSafeEqual } from "node:crypto";
import { randomToken } from "../keys/random-token.ts";
import type { InteractionKeys } from "./keys.ts";

/**
 * CSRF tokens in the layout of pages.md 1.4: base64 of
 * `<base64 of 64 bytes>;<time>;<base64 of 16 bytes>;{"OrchestrationStep":n}`. The 64 bytes are an HMAC over all the rest,
 * the tenant and the transaction, so that no table is needed, and every token of a transaction holds until its end.
 */
export interface CsrfTokens {
  /** A new token for a page. `step` is the page's number within its journey; `now` is in milliseconds. */
  issue(tenantId: string, tid: string, step: number, now: number): string;
  /** The step of a genuine token of this transaction; undefined for anything else. */
  check(tenantId: string, tid: string, token: string | undefined): number | undefined;
}

const layout =
  /^([A-Za-z0-9+/]{86}==);(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z);([A-Za-z0-9+/]{22}==);\{"OrchestrationStep":(\d{1,6})\}$/;

export function csrfTokens(keys: InteractionKeys): CsrfTokens {
  const mac = (tenantId: string, tid: string, time: string, nonce: string, step: string) =>
    keys.mac("csrf", tenantId, tid, time, nonce, step);

  return {
    issue(tenantId, tid, step, now) {
      const time = new Date(now).toISOString().replace("Z", "0000Z");
      const nonce = `${randomToken(16).replaceAll("-", "+").replaceAll("_", "/")}==`;
      const proof = mac(tenantId, tid, time, nonce, String(step)).toString("base64");
      // Plain text without `>`, `?`, `~`: its base64 has neither `+` nor `/` and survives an unencoded query string.
      return Buffer.from(`${proof};${time};${nonce};{"OrchestrationStep":${step}}`).toString("base64");
    },

    check(tenantId, tid, token) {
      // Margin of pages.md 1.4: padding encoded or cut off.
      const bare = token?.replaceAll(/%3d/gi, "").replaceAll("=", "").trim();
      if (bare === undefined || bare.length > 600 || !/^[A-Za-z0-9]+$/.test(bare)) return undefined;
      const parts = layout.exec(Buffer.from(bare, "base64").toString("latin1"));
      const [, proof, time, nonce, step] = parts ?? [];
      if (proof === undefined || time === undefined || nonce === undefined || step === undefined)
        return undefined;
      // As texts: base64 lets several texts stand for the same bytes, and only one of them was issued.
      const given = Buffer.from(proof);
      const expected = Buffer.from(mac(tenantId, tid, time, nonce, step).toString("base64"));
      return given.length === expected.length && timingSafeEqual(given, expected) ? Number(step) : undefined;
    },
  };
}
