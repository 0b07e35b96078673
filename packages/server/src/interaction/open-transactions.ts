import type { FastifyReply, FastifyRequest } from "fastify";
import type { Tenant } from "../tenant/tenant.ts";
import { type Cookies, expireCookie, readCookies, setCookie } from "./cookies.ts";
import { type InteractionKeys, sameSecret } from "./keys.ts";
import {
  cacheCookieId,
  decodeJson,
  isRecord,
  isTransactionId,
  type TransactionReference,
} from "./transaction-id.ts";

/**
 * The transactions that are open in this browser. A transaction's id stands in pages and URLs, so it proves nothing:
 * each of the two cookies also holds a secret that only this browser was given, and one of the two must come back
 * (pages.md 1.4; clients exist that copy only one).
 */
export interface OpenTransaction {
  readonly tid: string;
  /** Lower case; unknown where only the cache cookie came back. */
  readonly policyId?: string;
  readonly clientId: string;
  /** Counts requests. */
  readonly requests: number;
  /** Milliseconds since 1970; 0 where only the trans cookie came back. */
  readonly startedAt: number;
}

export interface BrowserTransactions {
  /** `none` = no cookie of ours came; `unreadable` = cookies came, but none is of this browser and tenant. */
  readonly cookies: "none" | "unreadable" | "readable";
  /** Newest last. Only those whose secret was right. */
  readonly open: readonly OpenTransaction[];
}

export type TransactionChoice =
  | { readonly kind: "chosen"; readonly transaction: OpenTransaction }
  | { readonly kind: "refused"; readonly code: "AADB2C90211" | "AADB2C90212" | "AADB2C90046" }
  /** Neither `tx` nor the cookies say anything. */
  | { readonly kind: "unknown" };

const transCookie = "x-ms-cpim-trans";
export const csrfCookie = "x-ms-cpim-csrf";
const cachePrefix = "x-ms-cpim-cache|";
const mostTransactions = 8;
const longestTransCookie = 3_600;

function cacheCookie(tid: string): string {
  return `${cachePrefix}${cacheCookieId(tid)}_0`;
}

export function readTransactions(
  request: FastifyRequest,
  tenant: Tenant,
  keys: InteractionKeys,
): BrowserTransactions {
  const cookies = readCookies(request);
  const fromTrans = (cookies.get(transCookie) ?? []).flatMap((value) => transEntries(value, tenant, keys));
  const byId = new Map(fromTrans.map((entry) => [entry.tid, entry] as const));
  // What one cookie proves needs no second proof.
  const open = [...cacheEntries(cookies, tenant, keys, byId), ...byId.values()];
  const came = cookies.has(transCookie) || [...cookies.keys()].some((name) => name.startsWith(cachePrefix));
  return { cookies: open.length > 0 ? "readable" : came ? "unreadable" : "none", open };
}

/**
 * The cookies are the authority; `tx` only picks one of their transactions. Without a readable `tx` the newest one of
 * the policy in the path is meant (pages.md 1.5 R0, R3).
 */
export function chooseTransaction(
  browser: BrowserTransactions,
  reference: TransactionReference,
  policyId: string | undefined,
): TransactionChoice {
  const ofPolicy = (entry: OpenTransaction) =>
    policyId === undefined || entry.policyId === undefined || entry.policyId === policyId.toLowerCase();
  const transaction =
    reference.kind === "named"
      ? browser.open.find((entry) => entry.tid === reference.tid)
      : browser.open.findLast(ofPolicy);
  if (transaction !== undefined) return { kind: "chosen", transaction };
  if (reference.kind === "unreadable" && browser.cookies !== "readable") return { kind: "unknown" };
  const codes = { none: "AADB2C90211", unreadable: "AADB2C90212", readable: "AADB2C90046" } as const;
  return { kind: "refused", code: codes[browser.cookies] };
}

/** Sets both cookies for `current`, which is the newest from now on or keeps its place. */
export function keepTransaction(
  request: FastifyRequest,
  reply: FastifyReply,
  tenant: Tenant,
  keys: InteractionKeys,
  browser: BrowserTransactions,
  current: OpenTransaction,
): void {
  const counted = { ...current, requests: Math.min(current.requests + 1, 9_999) };
  const known = browser.open.some((entry) => entry.tid === current.tid);
  const all = known
    ? browser.open.map((entry) => (entry.tid === current.tid ? counted : entry))
    : [...browser.open, counted];
  writeTrans(request, reply, tenant, keys, all, current.tid);
  const time = current.startedAt.toString(36);
  const id = Buffer.from(current.tid.replaceAll("-", ""), "hex").toString("base64url");
  const secret = keys.proof("cacheCookie", tenant.id, current.tid);
  setCookie(request, reply, cacheCookie(current.tid), `m1.${id}.${time}.0.${secret}`);
}

/** Takes an ended transaction out of the browser. */
export function dropTransaction(
  request: FastifyRequest,
  reply: FastifyReply,
  tenant: Tenant,
  keys: InteractionKeys,
  browser: BrowserTransactions,
  tid: string,
): void {
  const rest = browser.open.filter((entry) => entry.tid !== tid);
  expireCookie(request, reply, cacheCookie(tid));
  if (rest.length === 0) expireCookie(request, reply, transCookie);
  else writeTrans(request, reply, tenant, keys, rest, undefined);
}

function transEntries(value: string, tenant: Tenant, keys: InteractionKeys): OpenTransaction[] {
  const entries = decodeJson(value)?.T_DIC;
  if (!Array.isArray(entries)) return [];
  return entries.slice(-32).flatMap((entry: unknown) => {
    if (!isRecord(entry) || !isTransactionId(entry.I) || typeof entry.E !== "string") return [];
    const tid = entry.I.toLowerCase();
    if (!sameSecret(entry.E, keys.proof("transCookie", tenant.id, tid))) return [];
    return [
      {
        tid,
        policyId: typeof entry.P === "string" ? entry.P.toLowerCase() : "",
        clientId: typeof entry.C === "string" ? entry.C : "",
        requests: typeof entry.S === "number" && entry.S >= 0 ? Math.trunc(entry.S) : 0,
        startedAt: 0,
      },
    ];
  });
}

function cacheEntries(
  cookies: Cookies,
  tenant: Tenant,
  keys: InteractionKeys,
  proved: ReadonlyMap<string, unknown>,
): OpenTransaction[] {
  const found: OpenTransaction[] = [];
  for (const [name, values] of cookies) {
    if (!name.startsWith(cachePrefix)) continue;
    for (const value of values) {
      const [, id, time, secret] = /^m1\.([\w-]{22})\.([0-9a-z]{1,11})\.0\.([\w-]{32})$/.exec(value) ?? [];
      if (id === undefined || time === undefined || secret === undefined) continue;
      const hex = Buffer.from(id, "base64url").toString("hex");
      const tid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
      if (proved.has(tid) || !sameSecret(secret, keys.proof("cacheCookie", tenant.id, tid))) continue;
      found.push({ tid, clientId: "", requests: 0, startedAt: Number.parseInt(time, 36) });
    }
  }
  return found.sort((a, b) => a.startedAt - b.startedAt);
}

function writeTrans(
  request: FastifyRequest,
  reply: FastifyReply,
  tenant: Tenant,
  keys: InteractionKeys,
  transactions: readonly OpenTransaction[],
  current: string | undefined,
): void {
  const kept = [...transactions];
  let value = encodeTrans(tenant, keys, kept);
  // A browser drops a cookie of more than 4096 bytes: the oldest abandoned tabs are forgotten first.
  while (kept.length > mostTransactions || (value.length > longestTransCookie && kept.length > 1)) {
    const [oldest] = kept.splice(kept[0]?.tid === current ? 1 : 0, 1);
    if (oldest !== undefined) expireCookie(request, reply, cacheCookie(oldest.tid));
    value = encodeTrans(tenant, keys, kept);
  }
  setCookie(request, reply, transCookie, value);
}

function encodeTrans(
  tenant: Tenant,
  keys: InteractionKeys,
  transactions: readonly OpenTransaction[],
): string {
  const entries = transactions.map((entry) => ({
    I: entry.tid,
    T: tenant.defaultDomain,
    P: entry.policyId ?? "",
    C: entry.clientId,
    S: entry.requests,
    M: {},
    D: 0,
    E: keys.proof("transCookie", tenant.id, entry.tid),
  }));
  return Buffer.from(JSON.stringify({ T_DIC: entries, C_ID: transactions.at(-1)?.tid })).toString("base64");
}
