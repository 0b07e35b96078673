import type { Diagnostic } from "@vestibule/policy";
import { nearestName } from "@vestibule/policy";
import { builtInAttribute, customAttributeName } from "./document/attributes.ts";
import { JsonReading } from "./document/json-reading.ts";
import { flowPage } from "./document/pages.ts";
import type {
  AttributeAssignment,
  AuthenticationMethod,
  ConnectorReference,
  UserFlowDocument,
} from "./document/user-flow.ts";
import {
  type LanguagePage,
  languagePageShape,
  userFlowShape,
  type WrittenUserFlow,
} from "./document/user-flow-schema.ts";
import {
  assignmentRule,
  claimRule,
  inputTypeRule,
  orderRule,
  verificationRule,
} from "./rules/attribute-rules.ts";
import { methodRule, versionRule } from "./rules/identity-rules.ts";
import { languageRule, pageRule } from "./rules/page-rules.ts";
import { didYouMean, type Report, type Rule } from "./rules/rule.ts";
import { capabilityRule, connectorStepRule, legacyRule, numberRule } from "./rules/setting-rules.ts";
import { secondFactorRule, unsupportedRule } from "./rules/unsupported-rules.ts";

const codes = { unknownMember: "UF001", wrongType: "UF002", syntax: "UF003", outOfRange: "UF110" } as const;

/** The rules of user-flows.md 16 that need nothing but the document, in the order in which they are reported. */
const rules: readonly Rule[] = [
  unsupportedRule,
  versionRule,
  methodRule,
  capabilityRule,
  connectorStepRule,
  legacyRule,
  numberRule,
  assignmentRule,
  claimRule,
  orderRule,
  inputTypeRule,
  verificationRule,
  secondFactorRule,
  pageRule,
  languageRule,
];

export interface UserFlowReading {
  /** Absent where a diagnostic is an error. */
  readonly document?: UserFlowDocument;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the document of a user flow (user-flows.md 16): JSON without comments.
 *
 * @param text The file's text, UTF-8 decoded.
 * @param file How diagnostics name the file.
 * @param options `create: true` for a flow that is made now: deprecated versions are refused (user-flows.md 1).
 */
export function readUserFlow(
  text: string,
  file: string,
  options: { readonly create?: boolean } = {},
): UserFlowReading {
  const reading = new JsonReading(text, file, codes);
  const root = reading.root();
  const written = root && userFlowShape.read(root, "", reading);
  if (!written) return { diagnostics: reading.diagnostics };
  const report: Report = (code, path, message, more = {}) =>
    reading.report(
      code,
      more.severity ?? "error",
      path,
      message,
      more.hint === undefined ? {} : { hint: more.hint },
    );
  const id = flowId(written.id, report);
  const methods = authenticationMethods(written, report);
  const flow = understand(written, id, methods, reading);
  for (const rule of rules) rule({ written, flow, methods }, report);
  if (options.create && [1.1, 2].includes(flow.userFlowTypeVersion)) {
    report(
      "UF102",
      "userFlowTypeVersion",
      `Version ${flow.userFlowTypeVersion} cannot be created any more.`,
      { hint: "Use 3." },
    );
  }
  const { diagnostics } = reading;
  return diagnostics.some(({ severity }) => severity === "error")
    ? { diagnostics }
    : { document: flow, diagnostics };
}

/**
 * Reads one split language file, `userFlows/<id>/<tag>/<pageId>.json` (user-flows.md 16): the texts of one page by
 * string id. `page` is absent where a diagnostic is an error; never throws.
 *
 * @param file How diagnostics name the file.
 */
export function readLanguagePage(
  text: string,
  file: string,
): { readonly page?: LanguagePage; readonly diagnostics: readonly Diagnostic[] } {
  const reading = new JsonReading(text, file, codes);
  const root = reading.root();
  const page = root && languagePageShape.read(root, "", reading);
  const { diagnostics } = reading;
  return !page || diagnostics.some(({ severity }) => severity === "error")
    ? { diagnostics }
    : { page, diagnostics };
}

/** The document with split language files in it; they win over what the document says (user-flows.md 16). */
export function withLanguagePages(
  document: UserFlowDocument,
  pages: readonly { readonly language: string; readonly page: string; readonly texts: LanguagePage }[],
): UserFlowDocument {
  const languages = document.languages.map((language) => ({
    ...language,
    overridesPages: { ...language.overridesPages },
  }));
  for (const { language, page, texts } of pages) {
    const tag = language.toLowerCase();
    let found = languages.find(({ id }) => id === tag);
    if (!found) {
      found = { id: tag, isEnabled: true, overridesPages: {} };
      languages.push(found);
    }
    found.overridesPages[flowPage(page)?.id ?? page] = texts;
  }
  return { ...document, languages };
}

/** UF101. The prefix is added where it is missing; `B2C_1A_` belongs to custom policies. */
function flowId(written: string, report: Report): string {
  if (/^B2C_1A_/i.test(written)) {
    report("UF101", "id", "The prefix 'B2C_1A_' is reserved for custom policies.", {
      hint: `Use 'B2C_1_${written.slice(7)}'.`,
    });
    return written;
  }
  const prefixed = /^B2C_1_/i.test(written);
  const id = prefixed ? written : `B2C_1_${written}`;
  if (!/^B2C_1_[A-Za-z0-9_-]{1,64}$/i.test(id)) {
    report("UF101", "id", "The name of a flow consists of 1 to 64 letters, digits, '_' and '-'.", {
      hint: `For example 'B2C_1_${
        written
          .replace(/^B2C_1_/i, "")
          .replace(/[^A-Za-z0-9_-]/g, "_")
          .slice(0, 64) || "signup_signin"
      }'.`,
    });
  } else if (!prefixed) {
    report("UF101", "id", "The id of a user flow begins with 'B2C_1_'; the prefix was added.", {
      severity: "notice",
      hint: `Write '${id}'.`,
    });
  }
  return id;
}

const methodNames: readonly AuthenticationMethod[] = [
  "emailWithPassword",
  "userName",
  "phoneWithOneTimePassword",
];

function authenticationMethods(written: WrittenUserFlow, report: Report): AuthenticationMethod[] {
  const text = written.authenticationMethods;
  if (text === undefined) return ["emailWithPassword"];
  const methods = new Set<AuthenticationMethod>();
  for (const word of text.split(",").map((each) => each.trim())) {
    if (word === "0") continue;
    const method = methodNames.find((name) => name.toLowerCase() === word.toLowerCase());
    if (method) methods.add(method);
    else
      report(
        "UF002",
        "authenticationMethods",
        `'${word}' is none of ${methodNames.join(", ")}, 0.`,
        didYouMean(nearestName(word, methodNames)),
      );
  }
  return methodNames.filter((name) => methods.has(name));
}

function understand(
  written: WrittenUserFlow,
  id: string,
  methods: readonly AuthenticationMethod[],
  reading: JsonReading,
): UserFlowDocument {
  const {
    authenticationMethods: _,
    apiConnectorConfiguration,
    userAttributeAssignments: __,
    languages,
    pageLayouts,
    ...rest
  } = written;
  return {
    ...rest,
    id,
    authenticationMethods: methods,
    userAttributeAssignments: assignments(written, methods),
    applicationClaims: written.applicationClaims.map((claim, index) => ({
      id: attributeId(typeof claim === "string" ? claim : claim.id),
      json: typeof claim !== "string" && claim.json,
      path: `applicationClaims[${index}]`,
    })),
    connectors: {
      postFederationSignup: connectorReferences(
        apiConnectorConfiguration.postFederationSignup,
        "postFederationSignup",
        reading,
      ),
      postAttributeCollection: connectorReferences(
        apiConnectorConfiguration.postAttributeCollection,
        "postAttributeCollection",
        reading,
      ),
      preTokenIssuance: connectorReferences(
        apiConnectorConfiguration.preTokenIssuance,
        "preTokenIssuance",
        reading,
      ),
    },
    defaultLanguageTag: written.defaultLanguageTag.toLowerCase(),
    languages: languages.map(({ id: tag, isEnabled, overridesPages }) => ({
      id: tag.toLowerCase(),
      isEnabled,
      overridesPages: Object.fromEntries(
        Object.entries(overridesPages).map(([page, texts]) => [flowPage(page)?.id ?? page, texts]),
      ),
    })),
    pageLayouts: pageLayouts.map(({ id: page, pageUri, version, isCustomPageUri }) => ({
      id: flowPage(page)?.id ?? page,
      ...(isCustomPageUri && pageUri !== null && { pageUri }),
      ...(version !== undefined && { version }),
    })),
    file: reading.file,
    positions: reading.positions,
  };
}

/** A built-in id in its own spelling; a custom one without the application's id, which is the tenant's anyway. */
function attributeId(written: string): string {
  const name = customAttributeName(written);
  return builtInAttribute(written)?.id ?? (name === undefined ? written : `extension_${name}`);
}

function assignments(
  written: WrittenUserFlow,
  methods: readonly AuthenticationMethod[],
): AttributeAssignment[] {
  const list = written.userAttributeAssignments.map((each, index): AttributeAssignment => {
    const { id, displayName, requiresVerification, userInputType, ...rest } = each;
    const plain = attributeId(id);
    return {
      ...rest,
      id: plain,
      requiresVerification: plain === "email" && (requiresVerification ?? true),
      ...(displayName !== undefined && { displayName }),
      ...(userInputType !== undefined && { userInputType }),
      path: `userAttributeAssignments[${index}]`,
    };
  });
  const needsEmail =
    ["signUp", "signUpOrSignIn"].includes(written.userFlowType) &&
    methods.some((method) => method !== "phoneWithOneTimePassword");
  if (needsEmail && !list.some(({ id }) => id === "email")) {
    list.unshift({
      id: "email",
      isOptional: false,
      requiresVerification: true,
      userAttributeValues: [],
      path: "userAttributeAssignments",
    });
  }
  const order = (written.portalSettings.attributeOrder ?? []).map((id) => attributeId(id).toLowerCase());
  const rank = ({ id }: AttributeAssignment) => {
    const index = order.indexOf(id.toLowerCase());
    return index < 0 ? order.length : index;
  };
  if (order.length > 0) return list.sort((a, b) => rank(a) - rank(b));
  // Unless ordered otherwise the address comes first (user-flows.md 6.3).
  return list.sort((a, b) => Number(b.id === "email") - Number(a.id === "email"));
}

type WrittenReferences = WrittenUserFlow["apiConnectorConfiguration"]["postFederationSignup"];

function connectorReferences(
  written: WrittenReferences,
  step: string,
  reading: JsonReading,
): ConnectorReference[] {
  if (written === null) return [];
  const path = `apiConnectorConfiguration.${step}`;
  const list = Array.isArray(written) ? written : [written];
  return list.flatMap(({ id, displayName }, index): ConnectorReference[] => {
    const place = Array.isArray(written) ? `${path}[${index}]` : path;
    const name = id ?? displayName;
    if (name !== undefined) return [{ name, path: place }];
    reading.report("UF002", "error", place, "A reference to a connector has an id or a displayName.", {
      hint: 'For example {"id":"invite-check"}.',
    });
    return [];
  });
}
