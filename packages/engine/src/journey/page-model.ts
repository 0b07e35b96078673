import type { ClaimType, Policy } from "@vestibule/policy";
import { claimText } from "../claims/bag.ts";
import { metadataItem } from "../claims/mapping.ts";
import { masked } from "../claims/mask.ts";
import type { ClaimValue } from "../claims/value.ts";
import { isCombined, maxLength, patternOf } from "../profiles/self-asserted/fields.ts";
import { withPrefix } from "../profiles/self-asserted/metadata.ts";
import { scriptsAllowed } from "./content-definition.ts";
import { progressOf, shownClaims } from "./controls.ts";
import { type Choice, type Form, formOf, inputsOf, type Selection, selectionOf } from "./forms.ts";
import { pageTexts } from "./messages.ts";
import type { PageField, PageModel, PagePredicates, PageProvider } from "./page.ts";
import { pageControl } from "./page-controls.ts";
import { contentDefinition, contentOf, pageContent, pageLanguage } from "./page-definition.ts";
import { phonePage } from "./phone-page.ts";
import { currentStep, profileOf, type Run } from "./run.ts";
import type { WaitingPage } from "./state.ts";

/** Describes the page that the journey waits at. */
export function pageModel(run: Run, waiting: WaitingPage): PageModel {
  const compiled =
    waiting.technicalProfile === undefined ? undefined : profileOf(run, waiting.technicalProfile);
  if (compiled?.kind === "phoneFactor") return phonePage(run, waiting, compiled);
  const form = compiled?.kind === "selfAsserted" ? formOf(run, compiled) : undefined;
  const selection = waiting.selects ? selectionOf(run) : undefined;
  const definitionId =
    form?.contentDefinitionId ?? currentStep(run)?.contentDefinitionReferenceId ?? "api.idpselections";
  const metadata = form?.compiled.metadata;
  const override = metadata?.forgotPasswordLinkOverride;
  const combined = selection !== undefined && form !== undefined;
  return {
    api: combined ? "CombinedSigninAndSignup" : form ? "SelfAsserted" : "IdpSelections",
    step: waiting.pageNumber,
    contentDefinition: contentDefinition(run, definitionId),
    ...(form && { technicalProfile: form.compiled.profile.id }),
    language: pageLanguage(run),
    content: content(run, definitionId, form),
    fieldTexts: fieldTexts(run, definitionId, form),
    config: { ...definitionSettings(run, definitionId), ...config(form) },
    fields: form ? form.fields.map((field, index) => pageField(run, form, waiting, field, index)) : [],
    controls: form
      ? form.controls.map((part) => pageControl(form, part, progressOf(waiting, part.control.id)))
      : [],
    providers: selection ? providers(run, selection, definitionId, override) : [],
    signUpLink: combined && metadata?.showSignupLink === true,
    forgotPasswordLink: combined,
    keepMeSignedInBox:
      combined && metadata?.enableRememberMe === true && keepAliveInDays(run.program.policy) > 0,
    scriptsAllowed: scriptsAllowed(run.program.policy, definitionId),
    terminal: metadata?.terminal === true,
    ...(waiting.problem && { problem: waiting.problem }),
  };
}

export function keepAliveInDays(policy: Policy): number {
  return policy.relyingParty.behaviors.singleSignOn?.keepAliveInDays ?? 0;
}

function content(run: Run, definitionId: string, form: Form | undefined): PageModel["content"] {
  return pageContent(run, `${definitionId}\n${form?.compiled.profile.id ?? ""}`, () => {
    const texts = form?.texts ?? pageTexts(run, definitionId);
    const { ux } = texts.builtIn;
    const table =
      form === undefined ? ux.providerSelection : isCombined(form.contract) ? ux.unified : ux.selfAsserted;
    const result = contentOf(texts, table);
    // B2C has one string for both pages of buttons; a page that only creates accounts says so.
    if (
      form === undefined &&
      /\.signup$/i.test(definitionId) &&
      result.intro === ux.providerSelection.intro
    ) {
      result.intro = ux.page.vb_sign_up ?? "";
    }
    return result;
  });
}

const noTexts: PageModel["fieldTexts"] = {};

function fieldTexts(run: Run, definitionId: string, form: Form | undefined): PageModel["fieldTexts"] {
  if (!form) return noTexts;
  const { texts, compiled } = form;
  return pageContent(run, `fields\n${definitionId}\n${compiled.profile.id}`, () =>
    Object.fromEntries(Object.keys(texts.builtIn.fieldErrors).map((id) => [id, texts.fieldError(id)])),
  );
}

/** `setting.X` metadata of the page itself, as `X` (policy-language.md 5.3). */
function definitionSettings(run: Run, id: string): Readonly<Record<string, string>> {
  return withPrefix(run.program.policy.contentDefinitions.get(id)?.metadata ?? {}, "setting.");
}

function config(form: Form | undefined): Record<string, string> {
  if (!form) return {};
  const { metadata } = form.compiled;
  return {
    ...metadata.config,
    showContinueButton: String(metadata.showContinueButton),
    showCancelButton: String(metadata.showCancelButton),
  };
}

function providers(
  run: Run,
  selection: Selection,
  definitionId: string,
  override: string | undefined,
): PageProvider[] {
  const texts = pageTexts(run, definitionId);
  const shownChoices = selection.choices.filter(
    ({ exchangeId }) => exchangeId.toLowerCase() !== override?.toLowerCase(),
  );
  return shownChoices.map(({ exchangeId, compiled }: Choice): PageProvider => {
    const { profile } = compiled;
    const type = metadataItem(profile.metadata, "ClaimsProviderSelectionDisplayType");
    return {
      id: exchangeId,
      description:
        texts.localized("ClaimsProvider", undefined, exchangeId) ?? profile.displayName ?? profile.id,
      displayType: type === "TextLink" || type === "SignUpLink" ? type : "Button",
      technicalProfile: profile.id,
    };
  });
}

function pageField(
  run: Run,
  form: Form,
  waiting: WaitingPage,
  field: Form["fields"][number],
  index: number,
): PageField {
  const { type } = field;
  const pattern = patternOf(type);
  const predicates = pagePredicates(run.program.policy, form, type);
  const limit = maxLength(type);
  const options = form.options(type);
  const value = asOffered(type, options, fieldValue(run, form, waiting, field, index));
  const chosen =
    value === undefined
      ? undefined
      : new Set(type.userInputType === "CheckboxMultiSelect" ? value.split(",") : [value]);
  return {
    id: type.id,
    userInputType: type.userInputType ?? "TextBox",
    displayName: form.displayName(type),
    helpText: form.texts.localized("ClaimType", type.id, "UserHelpText") ?? type.userHelpText ?? "",
    ...(value !== undefined && { value }),
    required: field.required,
    readOnly: field.readOnly,
    dataType: type.dataType,
    ...(limit !== undefined && { maxLength: limit }),
    ...(pattern && { pattern: localizedPattern(form, type, pattern) }),
    options: options.map((option) => ({
      value: option.value,
      text: option.text,
      selected: chosen ? chosen.has(option.value) : option.selectByDefault === true,
    })),
    ...(predicates && { predicates }),
    ...(field.control && { control: field.control }),
    ...(field.verified && { verification: verificationState(run, form, type, value) }),
  };
}

/** Options `True` and `False` are truth values whatever their capitals. */
function asOffered(
  { dataType }: ClaimType,
  options: readonly { readonly value: string }[],
  value: string | undefined,
): string | undefined {
  if (dataType !== "boolean" || value === undefined) return value;
  return options.find((option) => option.value.toLowerCase() === value)?.value ?? value;
}

function localizedPattern(form: Form, type: ClaimType, pattern: NonNullable<PageField["pattern"]>) {
  const helpText = form.patternHelp(type);
  return { ...pattern, ...(helpText !== undefined && { helpText }) };
}

/** What was typed on a refused post, else the hint for the identifier, else the prefill of the input claims. */
function fieldValue(
  run: Run,
  form: Form,
  waiting: WaitingPage,
  field: Form["fields"][number],
  index: number,
): string | undefined {
  const { type, readOnly, control } = field;
  if (type.userInputType === "Password" || control?.code) return undefined;
  const part = control && form.controls.find((candidate) => candidate.control.id === control.id);
  const progress = part && progressOf(waiting, part.control.id);
  if (progress && progress.state !== "initial") return shownText(field, progress.subject[type.id]);
  if (waiting.typed[type.id] !== undefined && !readOnly) return waiting.typed[type.id];
  if (index === 0 && run.state.hint !== undefined) return run.state.hint;
  const { bag } = run.state;
  if (part && progress) {
    const known = shownClaims(run, form, part, progress);
    return shownText(field, known[type.id] ?? (readOnly ? bag[type.id] : undefined));
  }
  const { profile } = form.compiled;
  const input = profile.inputClaims.filter(
    (claim) => claim.claimTypeReferenceId.toLowerCase() === type.id.toLowerCase(),
  );
  const value = inputsOf(run, form, input, bag)[type.id] ?? (readOnly ? bag[type.id] : undefined);
  return shownText(field, value);
}

function shownText(
  { type, readOnly }: Form["fields"][number],
  value: ClaimValue | undefined,
): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.join(",");
  const text = typeof value === "boolean" ? String(value) : claimText(value);
  // Only where it cannot come back: what a person edits must be the value itself.
  return readOnly ? masked(type, text) : text;
}

/** Whether the address in a field needs a proof, and where the proof stands. */
export function verificationState(
  run: Run,
  form: Form,
  type: ClaimType,
  value: string | undefined,
): NonNullable<PageField["verification"]> {
  const proof = run.state.proofs[type.id];
  if (proof) return { state: proof.verified ? "verified" : "sent", address: proof.address };
  const given = run.state.bag[type.id];
  if (
    form.compiled.metadata.acceptPrefilledAddress &&
    typeof given === "string" &&
    given !== "" &&
    (value ?? given) === given
  ) {
    return { state: "verified", address: given };
  }
  return { state: "initial" };
}

function pagePredicates(policy: Policy, form: Form, type: ClaimType): PagePredicates | undefined {
  const { predicateValidationReference: id } = type;
  const validation = id === undefined ? undefined : policy.predicateValidations.get(id);
  if (id === undefined || !validation) return undefined;
  return {
    groups: validation.predicateGroups.map((group) => ({
      helpText: form.groupHelp(id, group) ?? "",
      matchAtLeast: group.matchAtLeast ?? group.predicates.length,
      reject: group.reject === true,
      predicates: group.predicates.flatMap((predicateId) => {
        const predicate = policy.predicates.get(predicateId);
        if (!predicate) return [];
        const helpText = form.predicateHelp(predicate) ?? "";
        return [{ method: predicate.method, parameters: predicate.parameters, helpText }];
      }),
    })),
  };
}
