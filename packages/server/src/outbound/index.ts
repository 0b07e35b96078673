export type { BreakerSettings } from "./circuit-breaker.ts";
export { createOutboundHttp, type OutboundHttp, type OutboundOptions } from "./outbound-http.ts";
