/** A kind of display control as the engine needs it; how it looks is the page's matter. Source: policy-language.md 7. */
export interface ControlKind {
  /** True = the person fills its claims in; false = it only shows them, and nothing posted for them counts. */
  readonly editable: boolean;
  /**
   * Actions by which a person proves something: the first one begins (a code is sent for the typed claims), the second
   * one completes. A page is not left before each control with a proof is complete.
   */
  readonly proof?: {
    readonly begin: string;
    readonly complete: string;
    /** `ControlClaimType` of the claim that takes the code; the other display claims say what is proved. */
    readonly code: string;
  };
  /** Ids of strings that are shown only where a policy has them. */
  readonly optionalStrings: readonly string[];
  /** String id → the `UxElement` that held it on layout 2.0.0, one set for all controls (pages.md 5.4). */
  readonly earlierStrings: Readonly<Record<string, string>>;
}
