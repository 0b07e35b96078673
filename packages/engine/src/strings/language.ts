import type { DisplayControlType } from "@vestibule/policy";

/** String id → text. `{0}`, `{1}` are parameters. */
export type StringTable = Readonly<Record<string, string>>;

/** Everything that one language has built in. B2C's string ids; the texts that B2C does not have stand in `page`. */
export interface BuiltInStrings {
  readonly ux: {
    /** Combined sign-up and sign-in page (pages.md 5.2). */
    readonly unified: StringTable;
    /** Self-asserted pages, with the classic e-mail verification (pages.md 5.3). */
    readonly selfAsserted: StringTable;
    readonly providerSelection: StringTable;
    /** Pages that prove a phone (pages.md 5.5); `countryList` is made by the language (`countries.ts`). */
    readonly phoneFactor: StringTable;
    /** Error page. */
    readonly globalException: StringTable;
    /** Texts of our own pages that B2C has no id for; every id begins with `vb_`. */
    readonly page: StringTable;
  };
  /** `DisplayControl` strings by kind of control (pages.md 5.4). */
  readonly displayControls: Readonly<Partial<Record<DisplayControlType, StringTable>>>;
  /** `ErrorMessage` strings (pages.md 5.2, 5.3, 5.6; technical-profiles.md 5.3). */
  readonly errorMessages: StringTable;
  /** Sentences that stand at a field; `{0}` = the field's display name. */
  readonly fieldErrors: StringTable;
}
