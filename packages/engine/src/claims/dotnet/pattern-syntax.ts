/** The syntax tree of a .NET regular expression; `pattern-reader.ts` makes it, `pattern-writer.ts` writes it for an engine. */

export type PatternNode =
  | { readonly kind: "char"; readonly code: number; readonly ignoreCase: boolean }
  | { readonly kind: "any"; readonly newline: boolean }
  | { readonly kind: "set"; readonly set: CharacterSet; readonly ignoreCase: boolean }
  | { readonly kind: "anchor"; readonly at: Anchor }
  /** `order` counts opening parentheses that capture, from 1, whatever they are called. */
  | { readonly kind: "group"; readonly order?: number; readonly body: PatternNode }
  | { readonly kind: "atomic"; readonly order: number; readonly body: PatternNode }
  | { readonly kind: "look"; readonly ahead: boolean; readonly negated: boolean; readonly body: PatternNode }
  | { readonly kind: "reference"; readonly group: string; readonly ignoreCase: boolean }
  | {
      readonly kind: "repeat";
      readonly body: PatternNode;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    }
  | { readonly kind: "sequence"; readonly items: readonly PatternNode[] }
  | { readonly kind: "alternatives"; readonly options: readonly PatternNode[] };

/** `end` = at the end or before a final newline; `last` = at the very end. */
export type Anchor = "start" | "lineStart" | "end" | "lineEnd" | "last" | "boundary" | "noBoundary";

export interface CharacterSet {
  readonly negated: boolean;
  readonly items: readonly SetItem[];
  readonly minus?: CharacterSet;
}

export type SetItem =
  | { readonly kind: "range"; readonly from: number; readonly to: number }
  | { readonly kind: "class"; readonly name: "word" | "digit" | "space"; readonly negated: boolean }
  /** A general category such as `Lu`. */
  | { readonly kind: "category"; readonly name: string; readonly negated: boolean };

export interface Pattern {
  readonly root: PatternNode;
  /** Group name, or number as text → the captures that carry it, in the order of their parentheses. */
  readonly groups: ReadonlyMap<string, readonly number[]>;
}

/** What makes a pattern none, in words for its author. */
export class PatternFault extends Error {}

/** First and last code point of the blocks that `\p{Is…}` names. */
export const blocks: Readonly<Record<string, readonly [number, number]>> = {
  IsBasicLatin: [0x0000, 0x007f],
  "IsLatin-1Supplement": [0x0080, 0x00ff],
  "IsLatinExtended-A": [0x0100, 0x017f],
  "IsLatinExtended-B": [0x0180, 0x024f],
  IsIPAExtensions: [0x0250, 0x02af],
  IsCombiningDiacriticalMarks: [0x0300, 0x036f],
  IsGreek: [0x0370, 0x03ff],
  IsGreekandCoptic: [0x0370, 0x03ff],
  IsCyrillic: [0x0400, 0x04ff],
  IsCyrillicSupplement: [0x0500, 0x052f],
  IsArmenian: [0x0530, 0x058f],
  IsHebrew: [0x0590, 0x05ff],
  IsArabic: [0x0600, 0x06ff],
  IsDevanagari: [0x0900, 0x097f],
  IsBengali: [0x0980, 0x09ff],
  IsTamil: [0x0b80, 0x0bff],
  IsThai: [0x0e00, 0x0e7f],
  IsGeorgian: [0x10a0, 0x10ff],
  IsHangulJamo: [0x1100, 0x11ff],
  IsLatinExtendedAdditional: [0x1e00, 0x1eff],
  IsGreekExtended: [0x1f00, 0x1fff],
  IsGeneralPunctuation: [0x2000, 0x206f],
  IsCurrencySymbols: [0x20a0, 0x20cf],
  IsHiragana: [0x3040, 0x309f],
  IsKatakana: [0x30a0, 0x30ff],
  IsCJKSymbolsandPunctuation: [0x3000, 0x303f],
  IsCJKUnifiedIdeographs: [0x4e00, 0x9fff],
  IsHangulSyllables: [0xac00, 0xd7af],
  IsHalfwidthandFullwidthForms: [0xff00, 0xffef],
};

export const categories: ReadonlySet<string> = new Set(
  "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Cs Co Cn".split(
    " ",
  ),
);
