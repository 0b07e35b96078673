import type { Positions } from "./json-reading.ts";
import type { LanguagePage, UserFlowType, UserInputType, WrittenUserFlow } from "./user-flow-schema.ts";

export type AuthenticationMethod = "emailWithPassword" | "userName" | "phoneWithOneTimePassword";
export type ConnectorStep = "postFederationSignup" | "postAttributeCollection" | "preTokenIssuance";

export interface AttributeAssignment {
  /** A built-in id in its own spelling, or `extension_<Name>`. */
  readonly id: string;
  readonly displayName?: string;
  readonly isOptional: boolean;
  readonly requiresVerification: boolean;
  readonly userInputType?: UserInputType;
  readonly userAttributeValues: readonly {
    readonly name: string;
    readonly value: string;
    readonly isDefault: boolean;
  }[];
  /** Path in the document; the place of diagnostics. */
  readonly path: string;
}

export interface ApplicationClaim {
  /** A built-in id in its own spelling, or `extension_<Name>`. */
  readonly id: string;
  /** A text that is a JSON object or list stands in tokens as JSON. Beyond B2C. */
  readonly json: boolean;
  readonly path: string;
}

/** A connector as a flow names it: by its id or its display name. */
export interface ConnectorReference {
  readonly name: string;
  readonly path: string;
}

export interface FlowLanguage {
  readonly id: string;
  readonly isEnabled: boolean;
  /** Page id (without `api.`) → its texts. */
  readonly overridesPages: Readonly<Record<string, LanguagePage>>;
}

export interface PageLayout {
  /** Content definition id without `api.`. */
  readonly id: string;
  readonly pageUri?: string;
  readonly version?: string;
}

/** A user flow as its document describes it, with every default filled in (user-flows.md 3 and 16). */
export interface UserFlowDocument
  extends Omit<
    WrittenUserFlow,
    | "authenticationMethods"
    | "userAttributeAssignments"
    | "applicationClaims"
    | "apiConnectorConfiguration"
    | "languages"
    | "pageLayouts"
    | "userFlowType"
  > {
  readonly userFlowType: UserFlowType;
  readonly authenticationMethods: readonly AuthenticationMethod[];
  /** In the order of the page. */
  readonly userAttributeAssignments: readonly AttributeAssignment[];
  readonly applicationClaims: readonly ApplicationClaim[];
  readonly connectors: Readonly<Record<ConnectorStep, readonly ConnectorReference[]>>;
  readonly languages: readonly FlowLanguage[];
  readonly pageLayouts: readonly PageLayout[];
  readonly file: string;
  readonly positions: Positions;
}
