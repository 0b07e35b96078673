import type { ClaimReference, Diagnostic, TechnicalProfile } from "@vestibule/policy";
import { claimText } from "../claims/bag.ts";
import { booleanItem, metadataItem } from "../claims/mapping.ts";
import type { ClaimValue } from "../claims/value.ts";
import type { ProfileContext, ProfileResult, ServerProfileKind } from "./profile.ts";

interface InsightsMetadata {
  readonly sends: boolean;
  readonly keepsMilliseconds: boolean;
}

const eventName = /^eventname$/i;
const property = /^\{property:([^{}]+)\}$/i;
const key = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$|instrumentationkey=/i;

/**
 * An event of the policy's own: its name and its properties go to the trace and to the telemetry port, never to the
 * address that the key belongs to. It cannot fail a journey. Source: technical-profiles.md 26.
 */
export const applicationInsightsProfile: ServerProfileKind<InsightsMetadata> = {
  kind: "applicationInsights",
  readMetadata(profile) {
    const diagnostics = faultsOf(profile);
    if (diagnostics.length > 0) return { diagnostics };
    return {
      metadata: {
        sends: !booleanItem(profile.metadata, "DisableTelemetry", false),
        keepsMilliseconds: booleanItem(profile.metadata, "LogDateTimeClaimWithMs", false),
      },
    };
  },
  run,
};

async function run(context: ProfileContext<InsightsMetadata>): Promise<ProfileResult> {
  const { profile, metadata, state, ports, trace } = context;
  const properties: Record<string, string> = {};
  let name = "";
  for (const { claimTypeId, partnerName, value } of context.input.values()) {
    const shown = context.redact(claimTypeId, value);
    const text = textOf(context, claimTypeId, shown);
    const named = property.exec(partnerName)?.[1];
    if (eventName.test(partnerName)) name = text;
    else if (named !== undefined) properties[named] = text;
  }
  if (metadata.sends)
    ports.telemetry.event({
      name,
      properties,
      at: ports.clock.now(),
      tenantId: state.tenantId,
      policyId: state.policyId,
      correlationId: state.id,
    });
  trace({
    kind: "profile",
    text: `${profile.id}: event '${name}'${metadata.sends ? "" : ", not sent: DisableTelemetry"}`,
    technicalProfile: profile.id,
    detail: { properties },
  });
  return { kind: "values", values: {} };
}

/** Moments lose their milliseconds where the profile does not ask for them. */
function textOf(
  { policy, metadata }: ProfileContext<InsightsMetadata>,
  claimTypeId: string,
  value: ClaimValue,
): string {
  const text = claimText(value);
  const isMoment = policy.claimTypes.get(claimTypeId)?.dataType === "dateTime";
  return isMoment && !metadata.keepsMilliseconds ? text.replace(/(:\d\d)\.\d+/, "$1") : text;
}

/** AADB2C90124 to 90127. A key is only asked for: nothing is sent to where it belongs. */
function faultsOf(profile: TechnicalProfile): Diagnostic[] {
  const { id, metadata, inputClaims, at } = profile;
  const found: Diagnostic[] = [];
  const error = (code: string, message: string, place: Diagnostic["at"] = at) =>
    found.push({
      code,
      severity: "error",
      message: `Technical profile '${id}' ${message}`,
      ...(place && { at: place }),
    });
  const given = metadataItem(metadata, "InstrumentationKey");
  if (given === undefined) error("AADB2C90124", "has no InstrumentationKey.");
  else if (!key.test(given) && !given.includes("{"))
    error("AADB2C90125", "has an InstrumentationKey that is neither a GUID nor a connection string.");
  const names = inputClaims.filter((claim) => eventName.test(claim.partnerClaimType ?? ""));
  if (!names.some(hasDefault))
    error(
      "AADB2C90126",
      "has no input claim with PartnerClaimType 'eventName' and a DefaultValue.",
      names[0]?.at,
    );
  for (const claim of inputClaims) {
    const partner = claim.partnerClaimType ?? claim.claimTypeReferenceId;
    if (!eventName.test(partner) && !property.test(partner))
      error(
        "AADB2C90127",
        `sends claim '${claim.claimTypeReferenceId}' under the name '${partner}', which is no '{property:NAME}'.`,
        claim.at,
      );
  }
  return found;
}

function hasDefault({ defaultValue }: ClaimReference): boolean {
  return defaultValue !== undefined && defaultValue.trim() !== "";
}
