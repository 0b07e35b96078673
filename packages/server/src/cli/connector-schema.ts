import { nearestName } from "@vestibule/policy";
import { openTenant, SettingError } from "../connector-test/written.ts";
import { requestSchema } from "../tenant/connector-schema.ts";
import { UsageError } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** `vestibule connector schema ID --tenant DIR`: JSON Schema of what the API behind this connector is posted. */
export async function connectorSchema(
  id: string,
  directory: string | undefined,
  terminal: Terminal,
): Promise<number> {
  if (directory === undefined) {
    throw new UsageError("vestibule connector schema ID --tenant DIR names the tenant of the connector.");
  }
  const { tenant, problem } = await openTenant(directory).catch((error: unknown) => {
    throw error instanceof SettingError ? new UsageError(error.message) : error;
  });
  const connector = tenant.connectors.find((each) => each.id.toLowerCase() === id.toLowerCase());
  if (!connector) {
    const near = nearestName(
      id,
      tenant.connectors.map((each) => each.id),
    );
    const hint = near === undefined ? "" : ` Did you mean ${near}?`;
    throw new UsageError(`The tenant has no API connector ${id}.${hint}${problem ? ` ${problem}` : ""}`);
  }
  terminal.out(JSON.stringify(requestSchema(tenant, connector), null, 2));
  return 0;
}
