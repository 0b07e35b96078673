export { deferredHttp as createOutboundHttp } from "./composition/deferred.ts";
export type { ServerContext, TokenSigning } from "./context.ts";
export {
  reportReady,
  superviseWorkers,
  toldToStop,
  type WorkerRole,
  workerRole,
} from "./hosting/workers.ts";
export type { OutboundHttp, OutboundOptions, SocketOpener } from "./outbound/index.ts";
export { createPageRenderer } from "./pages/renderer.tsx";
export {
  ListenError,
  type RunningServer,
  type ServerOptions,
  StartError,
  startServer,
  TenantErrors,
} from "./server.ts";
