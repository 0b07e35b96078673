import { resolve } from "node:path";
import { openTenants } from "../tenant/open-tenants.ts";
import type { Invocation } from "./options.ts";
import { countDiagnostics, printDiagnostics } from "./report.ts";
import type { Terminal } from "./terminal.ts";

/**
 * `vestibule check DIR`: reads and compiles the tenants as `serve` would, and says what is wrong. Exit code 1 where
 * there is an error, so that a pipeline stops.
 */
export async function check(invocation: Invocation, terminal: Terminal): Promise<number> {
  const directories = invocation.directories.map((directory) => resolve(directory));
  const tenants = await openTenants(directories, { mode: "production" });
  const diagnostics = tenants.diagnostics();
  const policies = tenants.all().reduce((count, tenant) => count + tenant.policies.size, 0);
  await tenants.close();
  printDiagnostics(diagnostics, terminal);
  const found = countDiagnostics(diagnostics) || "nothing to remark";
  const of = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
  terminal.out(
    `${of(tenants.all().length, "tenant", "tenants")}, ${of(policies, "policy", "policies")}: ${found}`,
  );
  return diagnostics.some(({ severity }) => severity === "error") ? 1 : 0;
}
