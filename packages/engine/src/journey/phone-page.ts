import { maskedNumber } from "../claims/phone-number.ts";
import { builtInCountryList, readCountryList } from "../profiles/phone-factor/countries.ts";
import { withPrefix } from "../profiles/self-asserted/metadata.ts";
import type { CompiledProfile } from "../program/compiled-profile.ts";
import { scriptsAllowed } from "./content-definition.ts";
import { pageTexts } from "./messages.ts";
import type { PageModel, PagePhone } from "./page.ts";
import { contentDefinition, contentOf, pageContent, pageLanguage } from "./page-definition.ts";
import type { Run } from "./run.ts";
import type { WaitingPage } from "./state.ts";

export type PhoneFactor = Extract<CompiledProfile, { kind: "phoneFactor" }>;

/** Describes the page of a phone factor. Source: pages.md 1.10, 3.6. */
export function phonePage(run: Run, waiting: WaitingPage, compiled: PhoneFactor): PageModel {
  const { profile, metadata } = compiled;
  const content = phoneContent(run, compiled);
  return {
    api: "Phonefactor",
    step: waiting.pageNumber,
    contentDefinition: contentDefinition(run, metadata.contentDefinitionReferenceId),
    technicalProfile: profile.id,
    language: pageLanguage(run),
    content,
    fieldTexts: {},
    config: { ...metadata.config, showCancelButton: String(metadata.showCancelButton) },
    fields: [],
    controls: [],
    providers: [],
    phone: phoneOf(waiting, compiled, content),
    signUpLink: false,
    forgotPasswordLink: false,
    keepMeSignedInBox: false,
    scriptsAllowed: scriptsAllowed(run.program.policy, metadata.contentDefinitionReferenceId),
    terminal: false,
    ...(waiting.problem && { problem: waiting.problem }),
  };
}

export function phoneContent(run: Run, { profile, metadata }: PhoneFactor): Readonly<Record<string, string>> {
  return pageContent(run, `phone\n${metadata.contentDefinitionReferenceId}\n${profile.id}`, () => {
    const texts = pageTexts(
      run,
      metadata.contentDefinitionReferenceId,
      withPrefix(profile.metadata, "language."),
    );
    const result = contentOf(texts, texts.builtIn.ux.phoneFactor);
    const own = texts.localized("UxElement", undefined, "countryList");
    result.countryList =
      own !== undefined && readCountryList(own) !== undefined
        ? own
        : builtInCountryList(run.state.culture.language, result.vb_country_placeholder ?? "");
    return result;
  });
}

function phoneOf(
  { phone, typed }: WaitingPage,
  { metadata }: PhoneFactor,
  content: Readonly<Record<string, string>>,
): PagePhone {
  const numbers = (phone?.numbers ?? []).map((number, index) => ({
    id: index + 1,
    masked: maskedNumber(number),
  }));
  const sent = phone?.sent;
  const list = numbers.length === 0 ? readCountryList(content.countryList ?? "") : undefined;
  const { callingCode, number } = typed;
  const sentToId = sent && !sent.typed ? (phone?.numbers.indexOf(sent.number) ?? -1) + 1 : 0;
  return {
    numbers,
    mode: metadata.mode,
    stage: sent === undefined ? "choose" : sent.by === "sms" ? "code" : "call",
    ...(sent && { sentTo: maskedNumber(sent.number) }),
    ...(sentToId > 0 && { sentToId }),
    countries: list?.countries ?? [],
    countryPlaceholder: list?.placeholder ?? "",
    typed: { ...(callingCode !== undefined && { callingCode }), ...(number !== undefined && { number }) },
  };
}
