import { type AddressInfo, createServer } from "node:net";
import { createOutboundHttp } from "@vestibule/server";
import { Checks } from "../../match.ts";
import { type CaseResult, verdict } from "../../report.ts";
import type { BreakerCase } from "../case-file.ts";
import { outcomeText } from "../outcome.ts";
import { restPolicy, restProfile, visitRestPolicy } from "./rest-policy.ts";

/** The real client against a server that breaks every connection: how many calls reach it. */
export async function breakerCase(each: BreakerCase): Promise<CaseResult> {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on("error", () => {});
    socket.resetAndDestroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const http = createOutboundHttp({
    development: true,
    breaker: {
      failures: each.settings.failures,
      window: each.settings.windowSeconds * 1000,
      halfOpenAfter: each.settings.halfOpenAfterSeconds * 1000,
    },
  });
  const profile = restProfile(
    "REST-Breaker",
    { ServiceUrl: `http://127.0.0.1:${port}/`, "vestibule.tries": "1" },
    {},
    {},
  );
  const policy = restPolicy({
    profiles: [profile],
    claimTypes: {},
    caller: "orchestration",
    deploymentMode: "Development",
  });
  const call = () => visitRestPolicy(policy, "orchestration", { answer: (request) => http.send(request) });
  try {
    for (let i = 0; i < each.transportFailures; i++) await call();
    const before = connections;
    const { browser, ports } = await call();
    const checks = new Checks();
    checks.equal("requestSent", connections > before, each.nextCall.requestSent);
    if (each.nextCall.messageKey === "UserMessageIfCircuitOpen") {
      checks.equal("failure", ports.callRecords[0]?.failure?.kind, "circuitOpen");
      const text = outcomeText(browser.outcome) ?? "";
      checks.truth("message", text.includes("Restful Service URL:"), each.nextCall.messageKey, text);
    }
    return verdict(checks.mismatches);
  } finally {
    await http.close();
    server.close();
  }
}
