import type { FastifyInstance } from "fastify";

/**
 * `GET /healthz`: 200 when this process can serve sign-ins, 503 with the reason's name when it cannot, so that load
 * balancers and scripts can wait for it.
 */
export function registerHealth(
  app: FastifyInstance,
  checks: {
    readonly databaseAnswers: () => Promise<boolean>;
    readonly hasTenants: () => boolean;
    readonly isClosing: () => boolean;
  },
): void {
  app.get("/healthz", async (_request, reply) => {
    const reason = checks.isClosing()
      ? "closing"
      : !checks.hasTenants()
        ? "tenants"
        : (await checks.databaseAnswers())
          ? undefined
          : "database";
    reply.code(reason === undefined ? 200 : 503).header("Cache-Control", "no-store");
    return reason === undefined ? { status: "ok" } : { status: "unavailable", reason };
  });
}
