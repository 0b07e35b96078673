import type { ClaimType, DisplayControl, Policy, TechnicalProfile } from "@vestibule/policy";
import { type ControlKind, controlKinds } from "../../controls/index.ts";
import type { SelfAssertedMetadata } from "./metadata.ts";

/** A claim that a form asks for or shows. */
export interface FormField {
  readonly type: ClaimType;
  readonly required: boolean;
  /** Only shown: what is posted for it never counts. */
  readonly readOnly: boolean;
  /** The value must be an address that was proved with a code (`Verified.Email`). */
  readonly verified: boolean;
  /** The display control that it stands in. */
  readonly control?: {
    readonly id: string;
    readonly claimType?: string;
    /** It takes the code of the control's proof. */
    readonly code: boolean;
  };
}

/** The pattern that a value must match. Predicates stand in for it: policy-language.md 3.1. */
export function patternOf(type: ClaimType): NonNullable<ClaimType["restriction"]>["pattern"] {
  return type.predicateValidationReference === undefined ? type.restriction?.pattern : undefined;
}

/** A display control of a form. */
export interface FormControl {
  readonly control: DisplayControl;
  readonly kind: ControlKind;
  /** Its own fields begin at this index of the form's fields; one without fields stands before that index. */
  readonly position: number;
}

export interface FormParts {
  /** All fields in page order, those inside display controls included. */
  readonly fields: readonly FormField[];
  readonly controls: readonly FormControl[];
}

/**
 * The parts of a self-asserted profile's page. With display claims exactly those; else the output claims that nothing
 * else provides. Combined pages draw only the first two. Source: technical-profiles.md 2.3.
 */
export function formParts(
  policy: Policy,
  profile: TechnicalProfile,
  metadata: SelfAssertedMetadata,
  contract: string,
): FormParts {
  const verified = new Set(
    profile.outputClaims
      .filter((claim) => claim.partnerClaimType?.toLowerCase() === "verified.email")
      .map((claim) => claim.claimTypeReferenceId.toLowerCase()),
  );
  const field = (id: string, required: boolean): FormField[] => {
    const type = policy.claimTypes.get(id);
    if (type?.userInputType === undefined) return [];
    const proved = metadata.enforceEmailVerification && verified.has(id.toLowerCase());
    return [{ type, required, readOnly: isReadOnly(type), verified: proved }];
  };
  if (profile.displayClaims.length === 0) {
    const fields = profile.outputClaims
      .filter(
        (claim) =>
          claim.defaultValue === undefined && !givenByValidation(policy, profile, claim.claimTypeReferenceId),
      )
      .flatMap((claim) => field(claim.claimTypeReferenceId, claim.required === true));
    return { fields: isCombined(contract) ? fields.slice(0, 2) : fields, controls: [] };
  }
  const fields: FormField[] = [];
  const controls: FormControl[] = [];
  for (const claim of profile.displayClaims) {
    if (claim.kind === "claim") {
      fields.push(...field(claim.claimTypeReferenceId, claim.required === true));
      continue;
    }
    const control = policy.displayControls?.get(claim.displayControlReferenceId);
    const kind = control && controlKinds[control.userInterfaceControlType];
    if (!control || !kind) continue;
    controls.push({ control, kind, position: fields.length });
    fields.push(...controlFields(policy, control, kind));
  }
  // A combined page draws no control: one that asks for a proof is refused when the policy is compiled.
  if (isCombined(contract)) return { fields: fields.filter((f) => !f.control).slice(0, 2), controls };
  return { fields, controls };
}

export function isCombined(contract: string): boolean {
  return /^unifiedss[pd]$/.test(contract);
}

/** What a control shows stands there without a user input type too; what it asks for needs one, as everywhere. */
function controlFields(policy: Policy, control: DisplayControl, kind: ControlKind): FormField[] {
  return control.displayClaims.flatMap(({ claimTypeReferenceId, controlClaimType, required }) => {
    const type = policy.claimTypes.get(claimTypeReferenceId);
    if (!type || (kind.editable && type.userInputType === undefined)) return [];
    const code = kind.proof !== undefined && same(kind.proof.code, controlClaimType);
    return [
      {
        type,
        required: required === true || code,
        readOnly: !code && (!kind.editable || isReadOnly(type)),
        verified: false,
        control: {
          id: control.id,
          code,
          ...(controlClaimType !== undefined && { claimType: controlClaimType }),
        },
      },
    ];
  });
}

const same = (a: string, b: string | undefined) => a.toLowerCase() === b?.toLowerCase();

function givenByValidation(policy: Policy, profile: TechnicalProfile, claimTypeId: string): boolean {
  return profile.validationTechnicalProfiles.some(({ referenceId }) =>
    policy.technicalProfiles
      .get(referenceId)
      ?.outputClaims.some((claim) => claim.claimTypeReferenceId.toLowerCase() === claimTypeId.toLowerCase()),
  );
}

/** The directory's limits in characters (directory-and-graph.md 2). */
const limits: Readonly<Record<string, number>> = {
  displayname: 256,
  givenname: 64,
  surname: 64,
  city: 128,
  state: 128,
  country: 128,
  jobtitle: 128,
  postalcode: 40,
  streetaddress: 1024,
};

export function maxLength(type: ClaimType): number | undefined {
  if (type.dataType !== "string" && type.dataType !== "phoneNumber") return undefined;
  if (type.userInputType === "Password") return 256;
  return limits[type.id.toLowerCase()] ?? 256;
}

/** A sentence of help may be stored for posting back, but a value of these types never comes from the browser. */
function isReadOnly(type: ClaimType): boolean {
  return type.userInputType === "Readonly" || type.userInputType === "Paragraph";
}

const address = /^[^\s@<>(),;:\\"[\]]+@[^\s@<>(),;:\\"[\].]+(?:\.[^\s@<>(),;:\\"[\].]+)+$/;

/** RFC-like check of an e-mail address, at most 256 characters. */
export function isEmailAddress(text: string): boolean {
  return text.length <= 256 && address.test(text);
}
