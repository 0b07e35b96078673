export type { CircuitReport } from "./circuit-breaker.ts";
export type { SocketOpener } from "./guarded-connector.ts";
export { createOutboundHttp, type OutboundHttp, type OutboundOptions } from "./outbound-http.ts";
