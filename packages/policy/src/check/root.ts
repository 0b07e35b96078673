import { simpleTypes } from "../grammar/simple-types.ts";
import type { Scope } from "./scope.ts";

/** Checks of the root element (PL015 to PL024). Source: policy-language.md 2, 14.2. */
export function checkRoot({ merged, options, report }: Scope): void {
  const { document } = merged;
  const { at, base, tenantId, policyId } = document;
  if (document.schemaVersion !== "0.3.0.0")
    report.error("PL020", at, `PolicySchemaVersion is '${document.schemaVersion}'; it must be 0.3.0.0.`);
  if (!/^B2C_1A_./i.test(policyId))
    report.error(
      "PL015",
      at,
      `PolicyId '${policyId}' must begin with B2C_1A_.`,
      `Write 'B2C_1A_${policyId}'.`,
    );
  checkTenant(tenantId, document.tenantObjectId);
  if (base && base.tenantId.toLowerCase() !== tenantId.toLowerCase()) {
    const message = `BasePolicy names tenant '${base.tenantId}', the policy itself '${tenantId}'; both must be one tenant.`;
    report.error("PL017", base.at, message);
  }
  for (const { value, at: place } of document.ignored)
    report.warning("PL018", place, `'${value}' is read and has no effect.`);
  checkRecorder();

  function checkTenant(tenant: string, objectId: string | undefined): void {
    if (!/^[A-Za-z0-9.]+$/.test(tenant))
      report.warning("PL023", at, `TenantId '${tenant}' should consist of letters, digits and dots.`);
    const domains = options.tenant?.domains;
    if (domains && !domains.some((domain) => domain.toLowerCase() === tenant.toLowerCase())) {
      const message = `TenantId is '${tenant}', but this tenant is '${domains.join("', '")}'.`;
      report.error("PL016", at, message, "Load the policy into its own tenant, or change TenantId.");
    }
    if (objectId === undefined) return;
    if (!simpleTypes.guid.accepts(objectId))
      report.warning("PL023", at, `TenantObjectId '${objectId}' is not a GUID.`);
    else if (options.tenant?.objectId && options.tenant.objectId.toLowerCase() !== objectId.toLowerCase())
      report.warning("PL023", at, `TenantObjectId '${objectId}' is not that of the tenant.`);
  }

  function checkRecorder(): void {
    const { relyingParty, deploymentMode, recorderEndpoint } = document;
    if (!relyingParty) {
      if (deploymentMode !== undefined || recorderEndpoint !== undefined) {
        const message = "DeploymentMode and UserJourneyRecorderEndpoint have no effect here.";
        report.warning("PL024", at, message, "They count in the file that has the RelyingParty.");
      }
      return;
    }
    const insights = merged.relyingParty?.behaviors?.journeyInsights;
    if ((recorderEndpoint !== undefined) !== (insights !== undefined)) {
      const [there, missing] = insights
        ? ["JourneyInsights", "the root's UserJourneyRecorderEndpoint"]
        : ["UserJourneyRecorderEndpoint", "JourneyInsights"];
      report.warning("PL024", at, `The recorder needs both: ${there} is there without ${missing}.`);
    }
  }
}
