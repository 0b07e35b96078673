import type { ClaimsBag, ClaimValue } from "@vestibule/engine";
import type { Case } from "../case.ts";
import { strangersOf } from "../strangers.ts";
import { unicodeNames } from "../values.ts";
import type { NeededClaim } from "./needed-claims.ts";
import type { Place } from "./places.ts";
import { anotherText, sampleOf } from "./sample-claims.ts";
import { type ProfileTestSetting, proofOf } from "./setting.ts";

export interface ProfileCase extends Case {
  readonly place: Place;
  /** What the journey holds when it comes to the profile. */
  readonly claims: ClaimsBag;
  readonly uiLocales?: string;
}

/** A text with what must not be taken for SQL, markup or a template. */
const awkwardText = "Zoë 李 مهندسة 🦊 'O\"; DROP TABLE users -- <b> {0} \u202e";

/** Every case of every place, in the order in which they are run. */
export function profileCases(all: ProfileTestSetting): readonly ProfileCase[] {
  const { profile } = all;
  return all.places.flatMap((place, index) => {
    const setting = place.form ? all : withoutPasswords(all);
    const everything: Readonly<Record<string, ClaimValue>> = {
      ...Object.fromEntries(setting.needed.map((claim) => [claim.type.id, sampleOf(claim)])),
      ...setting.claims,
    };
    const make = (
      id: string,
      title: string,
      claims: ClaimsBag = everything,
      more: Partial<ProfileCase> = {},
    ): ProfileCase => ({
      id: `${profile.id}/${place.name}/${id}`.replaceAll(" ", "-"),
      step: `${profile.id}, ${place.form ? "behind" : "in"} ${place.name}`,
      title,
      expects: "answer",
      place,
      claims,
      ...more,
    });
    const ordinary = ordinaryCases(setting, everything, make);
    // Who calls, and how often, is the same question at every place.
    if (index > 0) return ordinary;
    return [
      ...ordinary,
      make("repeated-delivery", "delivered twice", everything, { expects: "same" }),
      ...strangersOf(proofOf(setting.metadata)).map(({ id, title, alter }) =>
        make(id, title, everything, { expects: "refusal", alter }),
      ),
    ];
  });
}

function withoutPasswords(setting: ProfileTestSetting): ProfileTestSetting {
  const { needed, claims, refused, passwords } = setting;
  const others = (bag: ClaimsBag) =>
    Object.fromEntries(Object.entries(bag).filter(([id]) => !passwords.has(id)));
  return {
    ...setting,
    needed: needed.filter(({ type }) => !passwords.has(type.id)),
    claims: others(claims),
    refused: refused.map(others).filter((bag) => Object.keys(bag).length > 0),
  };
}

function ordinaryCases(
  setting: ProfileTestSetting,
  everything: Readonly<Record<string, ClaimValue>>,
  make: (id: string, title: string, claims?: ClaimsBag, more?: Partial<ProfileCase>) => ProfileCase,
): readonly ProfileCase[] {
  const { needed, profile, metadata } = setting;
  const missing = needed.filter(({ mayBeMissing }) => mayBeMissing);
  const without = (claims: readonly NeededClaim[]) => {
    const left = new Set(claims.map(({ type }) => type.id));
    return Object.fromEntries(Object.entries(everything).filter(([id]) => !left.has(id)));
  };
  const unicode = changed(setting, everything, (claim) => anotherText(claim, unicodeNames, awkwardText));
  const long = changed(setting, everything, (claim) => longestOf(claim, setting));
  const speaks = [metadata.serviceUrl, ...profile.inputClaims.map(({ defaultValue = "" }) => defaultValue)];
  return [
    make("every-claim", "every claim"),
    ...(missing.length > 0 ? [make("missing-claims", "no claim that may be missing", without(missing))] : []),
    ...(missing.length > 1
      ? missing.map((claim) => make(`without-${claim.type.id}`, `without ${claim.type.id}`, without([claim])))
      : []),
    ...setting.refused.map((claims) => {
      const [name = ""] = Object.keys(claims);
      return make(
        `refused-${name}`,
        `to be refused for ${name}`,
        { ...everything, ...claims },
        { expects: "word" },
      );
    }),
    ...(unicode ? [make("unicode", "names of the whole world", unicode)] : []),
    ...(long ? [make("long-values", "long values", long)] : []),
    ...(speaks.some((text) => /\{Culture:/i.test(text))
      ? [make("language", "another language", everything, { uiLocales: "ar-SA" })]
      : []),
  ];
}

/** The claims with other values, where any may have another; values that were given stand. */
function changed(
  { needed, claims }: ProfileTestSetting,
  everything: ClaimsBag,
  change: (claim: NeededClaim) => ClaimValue | undefined,
): ClaimsBag | undefined {
  const values = needed.flatMap((claim) => {
    const value = Object.hasOwn(claims, claim.type.id) ? undefined : change(claim);
    return value === undefined ? [] : [[claim.type.id, value] as const];
  });
  return values.length === 0 ? undefined : { ...everything, ...Object.fromEntries(values) };
}

/** Characters of texts in an address or a header, where servers bound the whole. */
const roomOutsideBody = 600;

function longestOf(claim: NeededClaim, { needed, metadata }: ProfileTestSetting): ClaimValue | undefined {
  const { dataType } = claim.type;
  // Beyond 2^53, where a JavaScript number would lose its last digit.
  if (dataType === "long") return "9007199254740993";
  if (dataType === "int") return 2_147_483_647;
  const { sendClaimsIn } = metadata.claims;
  const isBody = sendClaimsIn === "Body" || sendClaimsIn === "Form";
  const length = isBody ? 1024 : Math.ceil(roomOutsideBody / Math.max(1, needed.length));
  return anotherText(claim, {}, "å".repeat(length));
}
