export type { ServerContext, TokenSigning } from "./context.ts";
export { ListenError, type RunningServer, type ServerOptions, startServer, TenantErrors } from "./server.ts";
