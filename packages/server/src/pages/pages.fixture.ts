import type { PageField, PageModel } from "@vestibule/engine";
import { fieldErrors, uxStrings } from "@vestibule/engine";
import type { ErrorView, PageView, SignedOutView } from "./contract.ts";

// Pages for tests and screenshots: one of each kind that a sign-up can show.

const contract = (name: string, version: string, file: string) => ({
  id: `api.${name}`,
  loadUri: `~/tenant/templates/AzureBlue/${file}.cshtml`,
  contract: name,
  version,
});

export function sampleField(id: string, displayName: string, more: Partial<PageField> = {}): PageField {
  return {
    id,
    userInputType: "TextBox",
    displayName,
    helpText: "",
    required: true,
    readOnly: false,
    dataType: "string",
    options: [],
    ...more,
  };
}

const options = (...texts: readonly string[]) =>
  texts.map((text) => ({ value: text, text, selected: false }));

const passwordField = sampleField("newPassword", "New Password", {
  userInputType: "Password",
  predicates: {
    groups: [
      {
        helpText: "8 to 64 characters",
        matchAtLeast: 1,
        reject: false,
        predicates: [
          {
            method: "IsLengthRange",
            parameters: { Minimum: "8", Maximum: "64" },
            helpText: "8 to 64 characters",
          },
        ],
      },
      {
        helpText: "At least 3 of these:",
        matchAtLeast: 3,
        reject: false,
        predicates: [
          {
            method: "IncludesCharacters",
            parameters: { CharacterSet: "a-z" },
            helpText: "a lower-case letter",
          },
          {
            method: "IncludesCharacters",
            parameters: { CharacterSet: "A-Z" },
            helpText: "an upper-case letter",
          },
          { method: "IncludesCharacters", parameters: { CharacterSet: "0-9" }, helpText: "a digit" },
          {
            method: "IncludesCharacters",
            parameters: { CharacterSet: "@#$%^&*\\-_+=[]{}|\\\\:',?/`~\"();!" },
            helpText: "a symbol",
          },
        ],
      },
    ],
  },
});

const baseModel = {
  step: 1,
  language: { lang: "en" },
  config: {},
  controls: [],
  fields: [],
  providers: [],
  signUpLink: false,
  forgotPasswordLink: false,
  keepMeSignedInBox: false,
  scriptsAllowed: false,
  terminal: false,
} as const;

export const signInModel: PageModel = {
  ...baseModel,
  api: "CombinedSigninAndSignup",
  contentDefinition: contract("unifiedssp", "2.1.14", "unified"),
  technicalProfile: "SelfAsserted-LocalAccountSignin-Email",
  content: uxStrings.unified,
  fieldTexts: fieldErrors,
  config: { operatingMode: "Email", forgotPasswordLinkLocation: "AfterLabel" },
  controls: [],
  fields: [
    sampleField("signInName", "Email Address", { userInputType: "EmailBox" }),
    sampleField("password", "Password", { userInputType: "Password" }),
  ],
  providers: [
    {
      id: "SampleSocialExchange",
      description: "Sample social",
      displayType: "Button",
      technicalProfile: "Sample-OIDC",
    },
    { id: "GoogleExchange", description: "Google", displayType: "Button", technicalProfile: "Google-OAuth2" },
    {
      id: "MicrosoftExchange",
      description: "Microsoft",
      displayType: "Button",
      technicalProfile: "MSA-OIDC",
    },
  ],
  signUpLink: true,
  forgotPasswordLink: true,
  keepMeSignedInBox: true,
};

export const signUpModel: PageModel = {
  ...baseModel,
  api: "SelfAsserted",
  step: 2,
  contentDefinition: contract("selfasserted", "2.1.7", "selfAsserted"),
  technicalProfile: "LocalAccountSignUpWithLogonEmail",
  fieldTexts: fieldErrors,
  content: { ...uxStrings.selfAsserted, heading: "Create your account" },
  controls: [],
  fields: [
    sampleField("email", "Email Address", {
      userInputType: "EmailBox",
      helpText: "We send a code to this address.",
      pattern: {
        regularExpression: "^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:\\.[a-zA-Z0-9-]+)*$",
        helpText: "Please enter a valid email address.",
      },
      verification: { state: "initial" },
    }),
    passwordField,
    sampleField("reenterPassword", "Confirm New Password", { userInputType: "Password" }),
    sampleField("displayName", "Display Name"),
    sampleField("extension_LoyaltyNumber", "Loyalty Number", {
      helpText: "Eight digits, on the back of your card.",
      required: false,
      pattern: { regularExpression: "^\\d{8}$", helpText: "Write the eight digits of your card." },
    }),
  ],
};

/** Every control that a field can have. */
export const detailsModel: PageModel = {
  ...signUpModel,
  contentDefinition: contract("selfasserted", "2.1.17", "selfAsserted"),
  fieldTexts: fieldErrors,
  content: { ...uxStrings.selfAsserted, heading: "Your details" },
  controls: [],
  fields: [
    sampleField("terms", "Terms", {
      userInputType: "Paragraph",
      value: "Tell us a little more about you.",
      required: false,
    }),
    sampleField("customerNumber", "Customer Number", {
      userInputType: "Readonly",
      value: "C-1029",
      required: false,
    }),
    sampleField("country", "Country/Region", {
      userInputType: "DropdownSingleSelect",
      options: options("Austria", "Finland", "Portugal"),
    }),
    sampleField("extension_Size", "Size", {
      userInputType: "RadioSingleSelect",
      options: options("Small", "Medium", "Large"),
    }),
    sampleField("extension_Interests", "Interests", {
      userInputType: "CheckboxMultiSelect",
      required: false,
      helpText: "Choose as many as you like.",
      options: options("Music", "Sports", "Very long option that has to wrap on small telephones"),
    }),
    sampleField("dateOfBirth", "Date of Birth", {
      userInputType: "DateTimeDropdown",
      dataType: "date",
      value: "1990-02-28",
    }),
    sampleField("extension_Points", "Points", { dataType: "int", required: false }),
    sampleField("mobile", "Mobile", { userInputType: "PhoneNumber", required: false, maxLength: 20 }),
  ],
};

export const selectionModel: PageModel = {
  ...baseModel,
  api: "IdpSelections",
  contentDefinition: contract("providerselection", "1.2.4", "idpSelector"),
  content: uxStrings.providerSelection,
  fieldTexts: fieldErrors,
  providers: [
    {
      id: "SignUpWithLogonEmailExchange",
      description: "Email",
      displayType: "Button",
      technicalProfile: "LocalAccountSignUpWithLogonEmail",
    },
    ...signInModel.providers,
  ],
};

export const blockModel: PageModel = {
  ...baseModel,
  api: "SelfAsserted",
  contentDefinition: contract("selfasserted", "2.1.7", "selfAsserted"),
  fieldTexts: fieldErrors,
  content: {
    ...uxStrings.selfAsserted,
    heading: "You cannot sign up",
    initial_intro: "Sign-up ended here.",
    intro: "",
  },
  config: { showContinueButton: "false", showCancelButton: "false" },
  controls: [],
  fields: [
    sampleField("userMessage", "Message", {
      userInputType: "Paragraph",
      required: false,
      value: "Your address is not on the list of our customers. Call us if you think it should be.",
    }),
  ],
  terminal: true,
};

export function sampleView(model: PageModel, more: Partial<PageView> = {}): PageView {
  return {
    model,
    base: "/contoso.onmicrosoft.com/B2C_1_signup_signin",
    policyId: "B2C_1_signup_signin",
    origin: "https://localhost:4443",
    csrf: "eGNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3ODk=",
    transId: "StateProperties=eyJUSUQiOiJhM2UyNWRkYS05YjBmLTRjN2UtYjFjNS0yZDhmMGUxYTJiM2MifQ",
    correlationId: "a3e25dda-9b0f-4c7e-b1c5-2d8f0e1a2b3c",
    pageViewId: "5c9f3f4e-6a55-4c1e-9d77-0a1b2c3d4e5f",
    nonce: "bm9uY2Utbm9uY2U",
    organisation: "Contoso",
    branding: { tokens: {} },
    deploymentMode: "Production",
    ...more,
  };
}

export const sampleError: ErrorView = {
  error: {
    code: "AADB2C90006",
    message: "The redirect URI 'https://elsewhere.example/cb' is not registered for this application.",
    status: 400,
    correlationId: "a3e25dda-9b0f-4c7e-b1c5-2d8f0e1a2b3c",
  },
  organisation: "Contoso",
  branding: { tokens: {} },
  language: "en",
  nonce: "bm9uY2Utbm9uY2U",
  timestamp: "2026-11-22 09:30:00Z",
};

export const sampleSignedOut: SignedOutView = {
  organisation: "Contoso",
  branding: { tokens: {} },
  nonce: "bm9uY2Utbm9uY2U",
  frames: [],
};
