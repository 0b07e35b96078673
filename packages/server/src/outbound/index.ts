export { createOutboundHttp, type OutboundHttp, type OutboundOptions } from "./outbound-http.ts";
