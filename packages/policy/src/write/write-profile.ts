import type { ClaimReference, DisplayClaim, SubjectNamingInfo, TechnicalProfile } from "../model.ts";
import { writeValidations } from "./write-journeys.ts";
import { container, element, type OutputElement, optionalText, textElement } from "./xml.ts";

/** Source: policy-language.md 8.2, in the order that the grammar asks for. */
export function writeProfile(profile: TechnicalProfile): OutputElement {
  const { useTechnicalProfileForSessionManagement: session } = profile;
  const [domain, ...domains] = profile.domains ?? [];
  return element(
    "TechnicalProfile",
    { Id: profile.id },
    container(
      "Domains",
      domains.map((each) => textElement("Domain", each)),
    ),
    optionalText("Domain", domain),
    optionalText("DisplayName", profile.displayName),
    optionalText("Description", profile.description),
    element("Protocol", { Name: profile.protocol.name, Handler: profile.protocol.handler }),
    optionalText("InputTokenFormat", profile.inputTokenFormat),
    optionalText("OutputTokenFormat", profile.outputTokenFormat),
    writeMetadata(profile.metadata),
    writeKeys(profile.cryptographicKeys),
    optionalText(
      "IncludeInSso",
      profile.includeInSso === undefined ? undefined : String(profile.includeInSso),
    ),
    writeReferences("InputClaimsTransformation", profile.inputClaimsTransformations),
    writeClaims("InputClaim", profile.inputClaims),
    container("DisplayClaims", profile.displayClaims.map(writeDisplayClaim)),
    writeClaims("PersistedClaim", profile.persistedClaims),
    writeClaims("OutputClaim", profile.outputClaims),
    writeReferences("OutputClaimsTransformation", profile.outputClaimsTransformations),
    container(
      "ValidationTechnicalProfiles",
      writeValidations("ValidationTechnicalProfile", "ReferenceId", profile.validationTechnicalProfiles),
    ),
    session !== undefined && element("UseTechnicalProfileForSessionManagement", { ReferenceId: session }),
    container(
      "ErrorHandlers",
      (profile.errorHandlers ?? []).map(({ responseMatch, action, additionalRequestParameters }) =>
        element(
          "ErrorHandler",
          {},
          textElement("ErrorResponseFormat", "json"),
          textElement("ResponseMatch", responseMatch),
          textElement("Action", action),
          Object.entries(additionalRequestParameters).map(([key, value]) =>
            textElement("AdditionalRequestParameters", value, { Key: key }),
          ),
        ),
      ),
    ),
    optionalText("EnabledForUserJourneys", profile.enabledForUserJourneys),
  );
}

export function writeMetadata(metadata: Readonly<Record<string, string>>): OutputElement | undefined {
  return container(
    "Metadata",
    Object.entries(metadata).map(([key, value]) => textElement("Item", value, { Key: key })),
  );
}

export function writeKeys(keys: TechnicalProfile["cryptographicKeys"]): OutputElement | undefined {
  return container(
    "CryptographicKeys",
    keys.map(({ id, storageReferenceId }) =>
      element("Key", { Id: id, StorageReferenceId: storageReferenceId }),
    ),
  );
}

/** `InputClaim` in `InputClaims` and the like. */
export function writeClaims(name: string, claims: readonly ClaimReference[]): OutputElement | undefined {
  return container(
    `${name}s`,
    claims.map((claim) =>
      element(
        name,
        {
          ClaimTypeReferenceId: claim.claimTypeReferenceId,
          PartnerClaimType: claim.partnerClaimType,
          // Persisted claims have no such attribute (8.2 row 20).
          Required: name === "PersistedClaim" ? undefined : claim.required,
          DefaultValue: claim.defaultValue,
          AlwaysUseDefaultValue: claim.alwaysUseDefaultValue,
          OverwriteIfExists: name === "PersistedClaim" ? claim.overwriteIfExists : undefined,
        },
        (claim.from ?? []).map((id) => element("From", { TechnicalProfileReferenceId: id })),
      ),
    ),
  );
}

function writeDisplayClaim(display: DisplayClaim): OutputElement {
  return display.kind === "control"
    ? element("DisplayClaim", { DisplayControlReferenceId: display.displayControlReferenceId })
    : element("DisplayClaim", {
        ClaimTypeReferenceId: display.claimTypeReferenceId,
        Required: display.required,
      });
}

function writeReferences(name: string, ids: readonly string[]): OutputElement | undefined {
  return container(
    `${name}s`,
    ids.map((id) => element(name, { ReferenceId: id })),
  );
}

export function writeSubject(subject: SubjectNamingInfo | undefined): OutputElement | undefined {
  return (
    subject &&
    element("SubjectNamingInfo", {
      ClaimType: subject.claimType,
      NameQualifier: subject.nameQualifier,
      SPNameQualifier: subject.spNameQualifier,
      Format: subject.format,
      SPProvidedID: subject.spProvidedId,
      ExcludeAsClaim: subject.excludeAsClaim,
    })
  );
}
