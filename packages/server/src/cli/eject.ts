import { resolve } from "node:path";
import { nearestName, writePolicy } from "@vestibule/policy";
import { readTenant } from "../tenant/read-tenant.ts";
import { type Invocation, UsageError } from "./options.ts";
import { printDiagnostics } from "./report.ts";
import type { Terminal } from "./terminal.ts";

/** `vestibule eject DIR FLOW`: the user flow as policy XML that runs identically, with the prefix of custom policies. */
export async function eject(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [directory, flow] = invocation.directories;
  if (directory === undefined || flow === undefined || invocation.directories.length > 2) {
    throw new UsageError(
      "vestibule eject DIR FLOW, for example: vestibule eject ./tenant B2C_1_signup_signin > policy.xml",
    );
  }
  const { tenant, diagnostics } = await readTenant(resolve(directory), { mode: "development" });
  const policy = tenant?.policies.get(flow.toLowerCase());
  if (!policy) {
    printDiagnostics(diagnostics, terminal);
    const near = nearestName(
      flow,
      [...(tenant?.policies.values() ?? [])].map(({ id }) => id),
    );
    terminal.err(
      `There is no policy ${flow} that can be ejected.${near === undefined ? "" : ` Nearest: ${near}.`}`,
    );
    return 1;
  }
  terminal.out(writePolicy(policy.program.policy).trimEnd());
  return 0;
}
