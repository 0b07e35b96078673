import type {
  ContentDefinitionFragment,
  DisplayControlFragment,
  ResourcesFragment,
} from "../document/document.ts";
import { didYouMean, shortened } from "../report.ts";
import { resolverProblem } from "./claim-resolvers.ts";
import { knownPages, readDataUri } from "./data-uri.ts";
import type { Scope } from "./scope.ts";
import { uxStrings } from "./ux-strings.ts";

/** Content definitions, localization and display controls (PL601 to PL610). Source: policy-language.md 5.3, 6, 7. */
export function checkPages(scope: Scope): void {
  const { merged } = scope;
  for (const definition of merged.document.contentDefinitions) checkContentDefinition(scope, definition);
  checkLanguages(scope);
  for (const resources of merged.document.localizedResources) checkResources(scope, resources);
  for (const { id } of merged.document.displayControls) {
    const control = merged.displayControls.get(id);
    if (control) checkControl(scope, control);
  }
}

function checkContentDefinition({ merged, report }: Scope, own: ContentDefinitionFragment): void {
  const effective = merged.contentDefinitions.get(own.id);
  // An error only where a journey shows the page: localization files add to definitions that their base may not have.
  for (const part of incompleteParts(effective))
    report.warning("PL604", own.at, `ContentDefinition '${own.id}' has no ${part}.`);
  const resolver = own.loadUri && resolverProblem(own.loadUri.value);
  if (resolver)
    report.warning("PL312", own.loadUri?.at, `LoadUri of '${own.id}': ${resolver.message}`, resolver.hint);
  if (own.loadUri && !/^(https:\/\/|~\/)/i.test(own.loadUri.value) && !own.loadUri.value.startsWith("{")) {
    const message = `LoadUri '${shortened(own.loadUri.value)}' should be an HTTPS address or a built-in template (~/…).`;
    report.warning("PL605", own.loadUri.at, message);
  }
  if (!own.dataUri) return;
  const { value, at } = own.dataUri;
  const reading = readDataUri(value);
  switch (reading.kind) {
    case "known":
      return;
    case "newer": {
      const message = `The layout ${reading.uri.version.join(".")} of '${reading.uri.page}' is not known; ${reading.newest} is used.`;
      report.warning("PL601", at, message);
      return;
    }
    case "unknownVersion": {
      const message = `The page contract '${reading.page}' has the invalid version '${shortened(reading.version)}'.`;
      report.error("PL601", at, message, `Available: ${reading.lines}.`);
      return;
    }
    case "unknownPage":
      report.error(
        "PL602",
        at,
        `There is no page '${shortened(reading.page)}'.`,
        didYouMean(reading.page, knownPages),
      );
      return;
    case "malformed": {
      const form = "urn:com:microsoft:aad:b2c:elements:contract:<page>:<version>";
      report.error("PL602", at, `DataUri '${shortened(value)}' names no page.`, `Write ${form}.`);
    }
  }
}

/** What a content definition lacks after merging. */
export function incompleteParts(definition: ContentDefinitionFragment | undefined): readonly string[] {
  return [...(definition?.loadUri ? [] : ["LoadUri"]), ...(definition?.dataUri ? [] : ["DataUri"])];
}

function checkLanguages({ merged, report }: Scope): void {
  const own = merged.document.localization;
  const effective = merged.localization;
  if (!own || !effective || effective.enabled === false) return;
  const { languages, defaultLanguage } = effective;
  if (own.languages && languages) {
    if (defaultLanguage === undefined)
      report.warning("PL608", own.at, "SupportedLanguages has no DefaultLanguage; en is used.");
    else if (!languages.extendsBuiltInLanguages && !languages.items.includes(defaultLanguage))
      report.warning(
        "PL608",
        own.at,
        `The default language '${defaultLanguage}' is not among the supported ones.`,
      );
  }
  if (!languages || languages.extendsBuiltInLanguages) return;
  const supported = new Set(languages.items.map((language) => language.toLowerCase()));
  for (const definition of merged.document.contentDefinitions)
    for (const { language, at } of definition.references?.items ?? [])
      if (!supported.has(language.toLowerCase()))
        report.warning("PL608", at, `The language '${language}' is not among the supported ones.`);
}

/** ElementType → whether it needs an ElementId. Source: policy-language.md 6. */
const elementTypes: Readonly<Record<string, boolean>> = {
  ClaimsProvider: false,
  ClaimType: true,
  ErrorMessage: false,
  UxElement: false,
  DisplayControl: true,
  Predicate: true,
  InputValidation: true,
  PredicateValidation: true,
  GetLocalizedStringsTransformationClaimType: false,
  FormatLocalizedStringTransformationClaimType: false,
};

/** ElementType → the only StringIds that it has. Source: policy-language.md 6. */
const stringIds: Readonly<Record<string, readonly string[]>> = {
  ClaimType: ["DisplayName", "UserHelpText", "AdminHelpText", "PatternHelpText"],
  Predicate: ["HelpText"],
};

function checkResources({ merged, report }: Scope, resources: ResourcesFragment): void {
  for (const text of resources.strings) {
    const { elementType, elementId, stringId, at } = text;
    if (!Object.hasOwn(elementTypes, elementType)) {
      const hint = didYouMean(elementType, Object.keys(elementTypes));
      report.error("PL609", at, `There is no ElementType '${shortened(elementType)}'.`, hint);
      continue;
    }
    if (elementTypes[elementType] && (elementId ?? "") === "") {
      report.error("PL609", at, `A string for a ${elementType} needs its ElementId.`);
      continue;
    }
    if (elementType === "UxElement" && !/^vb_/i.test(stringId) && !uxStrings.has(stringId.toLowerCase()))
      report.warning(
        "PL606",
        at,
        `'${shortened(stringId)}' is no StringId of a UxElement.`,
        didYouMean(stringId, uxStrings),
      );
    const ids = Object.hasOwn(stringIds, elementType) ? stringIds[elementType] : undefined;
    if (ids && !ids.some((id) => id.toLowerCase() === stringId.toLowerCase()))
      report.warning(
        "PL606",
        at,
        `'${shortened(stringId)}' is no StringId of a ${elementType}; the string has no effect.`,
        `It has ${ids.join(", ")}.`,
      );
    checkGroup(merged, report, text);
    const known =
      elementType === "ClaimType"
        ? merged.claimTypes
        : elementType === "DisplayControl"
          ? merged.displayControls
          : elementType === "Predicate"
            ? merged.predicates
            : undefined;
    if (known && elementId !== undefined && !known.has(elementId))
      report.warning(
        "PL112",
        at,
        `No ${elementType} '${shortened(elementId)}' is declared; the string has no effect.`,
      );
  }
  for (const { elementType, elementId, targetCollection, at } of resources.collections) {
    if (elementType !== "ClaimType" || targetCollection !== "Restriction") {
      report.error(
        "PL609",
        at,
        'A LocalizedCollection has ElementType="ClaimType" TargetCollection="Restriction".',
      );
    } else if (!merged.claimTypes.has(elementId))
      report.warning(
        "PL112",
        at,
        `No ClaimType '${shortened(elementId)}' is declared; the collection has no effect.`,
      );
  }
}

/** What a text of password rules names: a validation by its id, and one of its groups. */
function checkGroup(
  merged: Scope["merged"],
  report: Scope["report"],
  { elementType, elementId = "", stringId, at }: ResourcesFragment["strings"][number],
): void {
  if (elementType !== "InputValidation" && elementType !== "PredicateValidation") return;
  const validation = merged.predicateValidations.get(elementId) ?? merged.inputValidations.get(elementId);
  if (!validation) {
    const message = `No PredicateValidation '${shortened(elementId)}' is declared; the string has no effect.`;
    report.warning("PL112", at, message, didYouMean(elementId, merged.predicateValidations.ids()));
    return;
  }
  const groups = validation.predicateGroups.map(({ id }) => id);
  if (groups.length === 0 || groups.some((id) => id.toLowerCase() === stringId.toLowerCase())) return;
  const message = `'${shortened(elementId)}' has no group '${shortened(stringId)}'; the string has no effect.`;
  report.warning("PL112", at, message, didYouMean(stringId, groups));
}

interface ControlNeeds {
  readonly actions: readonly string[];
  /** ControlClaimType values that a display claim must have. */
  readonly claims: readonly string[];
  readonly known: readonly string[];
}

/** Source: policy-language.md 7. */
const controls: Readonly<Record<string, ControlNeeds>> = {
  VerificationControl: {
    actions: ["SendCode", "VerifyCode"],
    claims: ["VerificationCode"],
    known: ["Email", "Phone", "CountryCode", "VerificationCode"],
  },
  QrCodeControl: { actions: [], claims: ["QrCodeContent"], known: ["QrCodeContent"] },
  AuthenticatorInfoControl: { actions: [], claims: [], known: [] },
  AuthenticatorAppIconControl: { actions: [], claims: [], known: [] },
  CaptchaControl: {
    actions: ["GetChallenge", "VerifyChallenge"],
    claims: ["ChallengeString", "CaptchaEntered"],
    known: ["ChallengeType", "ChallengeId", "ChallengeString", "CaptchaEntered"],
  },
};

function checkControl({ report }: Scope, control: DisplayControlFragment): void {
  const { id, at, userInterfaceControlType } = control;
  const needs = controls[userInterfaceControlType];
  if (!needs) return;
  const has = (name: string) =>
    control.actions.some((action) => action.id.toLowerCase() === name.toLowerCase());
  for (const name of needs.actions)
    if (!has(name))
      report.error("PL610", at, `The ${userInterfaceControlType} '${id}' lacks the action ${name}.`);
  for (const action of control.actions)
    if (!needs.actions.some((name) => name.toLowerCase() === action.id.toLowerCase()))
      report.warning(
        "PL610",
        action.at,
        `A ${userInterfaceControlType} never runs the action '${action.id}'.`,
        didYouMean(action.id, needs.actions),
      );
  for (const name of needs.claims)
    if (!control.displayClaims.some(({ controlClaimType }) => controlClaimType === name))
      report.error(
        "PL610",
        at,
        `The ${userInterfaceControlType} '${id}' has no display claim with ControlClaimType ${name}.`,
      );
  for (const { controlClaimType, at: place } of control.displayClaims)
    if (controlClaimType !== undefined && !needs.known.includes(controlClaimType))
      report.warning(
        "PL610",
        place,
        `A ${userInterfaceControlType} knows no ControlClaimType '${controlClaimType}'.`,
        didYouMean(controlClaimType, needs.known),
      );
}
