export type { BreakerSettings } from "./circuit-breaker.ts";
export type { FetchTextResult } from "./fetch-text.ts";
export { createOutboundHttp, type OutboundHttp, type OutboundOptions } from "./outbound-http.ts";
