// The pages of docs/reference: file name → text.
import { stop } from "../bootstrap.mjs";
import { connectorRules } from "./connector-rules.mjs";
import {
  catalogueGaps,
  policyDiagnostics,
  samples,
  tenantDiagnostics,
  userFlowDiagnostics,
} from "./diagnostics.mjs";
import { code, page, section, table } from "./markdown.mjs";
import { claimResolvers, policyElements, technicalProfiles } from "./policies.mjs";
import { settingsTable } from "./settings.mjs";
import { transformations } from "./transformations.mjs";

const { builtInAttributes, defaultInputTypes, inputTypesFor } = await import(
  "../../packages/user-flows/dist/document/attributes.js"
);
const { userFlowShape } = await import("../../packages/user-flows/dist/document/user-flow-schema.js");
const { builtInLanguages, flowPages, latestLayout } = await import(
  "../../packages/user-flows/dist/document/pages.js"
);
const { builtInStrings, ownItems, presets } = await import("../../packages/engine/dist/index.js");
const { errorCatalogue } = await import("../../packages/server/dist/relying-party/errors.js");
const { optionTable } = await import("../../packages/server/dist/cli/options.js");
const { usage } = await import("../../packages/server/dist/cli/usage.js");
const { tenantShape, attributesShape } = await import("../../packages/server/dist/tenant/tenant-document.js");
const { connectorShape } = await import("../../packages/server/dist/tenant/connectors.js");
const { applicationShape } = await import("../../packages/server/dist/tenant/applications.js");
const { identityProviderShape } = await import("../../packages/server/dist/tenant/identity-providers.js");
const { accountsShape } = await import("../../packages/server/dist/tenant/accounts.js");

const gaps = catalogueGaps();
if (gaps.withoutMeaning.length > 0) stop(`Diagnostics without a meaning: ${gaps.withoutMeaning.join(", ")}.`);
if (gaps.neverRaised.length > 0) stop(`Diagnostics that nothing raises: ${gaps.neverRaised.join(", ")}.`);

export const pages = new Map([
  ["user-flow-settings.md", userFlowSettings()],
  ["tenant-files.md", tenantFiles()],
  ["attributes.md", attributes()],
  ["diagnostics.md", diagnostics()],
  ["error-codes.md", errorCodes()],
  ["command-line.md", commandLine()],
  ["connector-presets.md", connectorPresets()],
  ["connector-testing.md", connectorRules()],
  ["strings.md", strings()],
  ["transformations.md", transformations()],
  ["policy-elements.md", policyElements()],
  ["technical-profiles.md", technicalProfiles()],
  ["claim-resolvers.md", claimResolvers()],
]);

function userFlowSettings() {
  const byPath = new Map();
  for (const { path, code: found } of samples) {
    if (path === undefined) continue;
    const place = path.replace(/\[\d+\]/g, "[]").replace(/\[\]$/, "");
    byPath.set(place, (byPath.get(place) ?? new Set()).add(found));
  }
  const more = (path) => [...(byPath.get(path) ?? [])].sort().map(code).join(" ");
  return page(
    "Settings of a user flow",
    'What a file `userFlows/<id>.json` may say. Any setting may raise `UF001` (no such member) and `UF002` (wrong type); the last column names what else the tested samples are told at this place. See [diagnostics](diagnostics.md). Where "left out" is empty, leaving the setting out means something of its own: see [user flows](../user-flows.md).',
    settingsTable(userFlowShape, more),
    section(
      "Pages",
      "What `pageLayouts[].id` and the members of `languages[].overridesPages` may name, with the newest layout.",
      table(
        ["page", "what it is", "newest layout"],
        flowPages.map(({ id, displayName, contract }) => [code(id), displayName, latestLayout[contract]]),
      ),
    ),
    section(
      "Language tags",
      `A flow may name these without listing them in \`languages\`: ${builtInLanguages.map(code).join(" ")}. Built-in texts exist for: ${Object.keys(builtInStrings).map(code).join(" ")}.`,
    ),
  );
}

function tenantFiles() {
  const files = [
    ["tenant.json", tenantShape],
    ["userFlowAttributes.json", attributesShape],
    ["apiConnectors/*.json", connectorShape],
    ["identityProviders/*.json", identityProviderShape],
    ["applications.json (a list) or applications/*.json", applicationShape],
    ["accounts.json", accountsShape],
  ];
  return page(
    "Files of a tenant",
    "What the files of a tenant's folder may say beside [user flows](user-flow-settings.md). A setting that holds any value is read and has no effect.",
    ...files.map(([name, shape]) => section(name, settingsTable(shape))),
  );
}

function attributes() {
  const yes = (value) => (value ? "yes" : "");
  return page(
    "Attributes",
    "Built-in attributes. Collected: may stand in `userAttributeAssignments`. In tokens: may stand in `applicationClaims`, and has this name there. Connectors: is sent to API connectors and may be answered by them.",
    table(
      ["attribute", "displayed as", "type", "collected with", "in tokens", "connectors"],
      builtInAttributes.map(({ id, displayName, dataType, inputType, tokenName, userProperty }) => [
        code(id),
        displayName,
        dataType,
        inputType ?? "",
        tokenName ? code(tokenName) : "",
        yes(userProperty),
      ]),
    ),
    section(
      "Custom attributes",
      "A custom attribute is defined in `userFlowAttributes.json` and written `extension_<Name>`, in tokens too.",
      table(
        ["type", "input controls", "control when none is named"],
        Object.entries(inputTypesFor).map(([type, controls]) => [
          code(type),
          controls.map(code).join(" "),
          code(defaultInputTypes[type]),
        ]),
      ),
    ),
  );
}

function diagnostics() {
  const sampleOf = (found) => {
    const sample = samples.find(({ code: each, name }) => each === found && name.startsWith(found));
    return sample ? `${sample.message}${sample.hint ? ` ${sample.hint}` : ""}` : "";
  };
  const list = (catalogue) =>
    table(
      ["code", "meaning"],
      Object.entries(catalogue).map(([found, meaning]) => [code(found), meaning]),
    );
  return page(
    "Diagnostics",
    "What is said about a tenant's files, as `file:line:column severity code place: message hint`. An error stops what it concerns: `vestibule dev` keeps serving the last good version, `vestibule serve` does not start. Warnings and notices stop nothing.",
    section(
      "User flows",
      table(
        ["code", "meaning", "for example"],
        Object.entries(userFlowDiagnostics).map(([found, meaning]) => [
          code(found),
          meaning,
          sampleOf(found),
        ]),
      ),
    ),
    section("The tenant's other files, accounts and mail", list(tenantDiagnostics)),
    section(
      "Policies",
      "Raised when a policy is compiled; a user flow is compiled to a policy, so that these are rare.",
      list(policyDiagnostics),
    ),
  );
}

function errorCodes() {
  return page(
    "Error codes for applications",
    "What the authorization, token, sign-out and metadata endpoints answer. `error` is OAuth's word; `error_description` begins with the code. Several texts may share one code; `{0}` and so on are filled in.",
    table(
      ["code", "error", "HTTP status of a JSON answer", "text"],
      Object.entries(errorCatalogue).map(([key, { error, status, text }]) => [
        code(key.replace(/\/.*$/, "")),
        code(error),
        status,
        text,
      ]),
    ),
  );
}

function commandLine() {
  return page(
    "Command line",
    "`npx vestibule --help` prints this:",
    `\`\`\`text\n${usage.trimEnd()}\n\`\`\``,
    section(
      "Options and variables",
      "A repeatable option stands several times on the command line; its variable holds the values with commas between.",
      table(
        ["option", "takes", "variable"],
        Object.entries(optionTable).map(([name, { kind, variable }]) => [
          code(`--${name}`),
          { port: "a port, 0 to 65535", text: "a text", list: "a text, repeatable", flag: "nothing" }[kind],
          variable === undefined ? "" : code(variable),
        ]),
      ),
    ),
  );
}

function connectorPresets() {
  const seconds = (milliseconds) => `${milliseconds / 1000} s`;
  const yes = (flag) => (flag ? "yes" : "no");
  const rows = [
    ["time-out of one try", ({ timeout }) => seconds(timeout)],
    ["tries in all", ({ tries }) => tries],
    ["deadline of the whole call", ({ deadline }) => (deadline === 0 ? "none" : seconds(deadline))],
    [
      "statuses that are tried again",
      ({ retryStatuses }) => (retryStatuses.length === 0 ? "none" : retryStatuses.join(", ")),
    ],
    [
      "first and longest pause",
      ({ pause, longestPause }) => (pause === 0 ? "none" : `${seconds(pause)}, ${seconds(longestPause)}`),
    ],
    [
      "longest `Retry-After`",
      ({ longestRetryAfter }) => (longestRetryAfter === 0 ? "not read" : seconds(longestRetryAfter)),
    ],
    [
      "breaker: failures, window, pause",
      ({ breakerFailures, breakerWindow, breakerPause }) =>
        `${breakerFailures} in ${seconds(breakerWindow)}, ${seconds(breakerPause)}`,
    ],
    ["calls to one address at once", ({ concurrentCalls }) => concurrentCalls],
    ["`Idempotency-Key`", ({ idempotencyKey }) => yes(idempotencyKey)],
    ["names the service's address", ({ showServiceUrl }) => yes(showServiceUrl)],
  ];
  const both = (cell, { connector, restful }) =>
    cell(connector) === cell(restful)
      ? cell(connector)
      : `${cell(connector)}; REST profiles ${cell(restful)}`;
  return page(
    "How an API is called: presets and settings",
    "Presets of `settings.connectorPreset` in `tenant.json` and of `preset` of one connector. REST profiles, those of custom policies, differ where the table says so. Without a status that the table names, a call is tried again only where no HTTP answer came.",
    table(
      ["", ...Object.keys(presets).map(code)],
      rows.map(([name, cell]) => [name, ...Object.values(presets).map((preset) => both(cell, preset))]),
    ),
    "## Metadata items of RESTful technical profiles",
    "Azure AD B2C ignores items that it does not know; here a misspelt `vestibule.` item is an error. Most of them are members of a connector's document under the same name, without the prefix: see [the files of a tenant](tenant-files.md).",
    table(
      ["item", "takes", "what it does"],
      ownItems
        .filter((item) => !item.compiled)
        .map(({ key, values, describe }) => [code(key), values, describe]),
    ),
    "The compiler of user flows sets these; they can be read in ejected policies.",
    table(
      ["item", "takes", "what it does"],
      ownItems
        .filter((item) => item.compiled)
        .map(({ key, values, describe }) => [code(key), values, describe]),
    ),
  );
}

function strings() {
  const { ux, displayControls, errorMessages, fieldErrors } = builtInStrings.en;
  const list = (texts) =>
    table(
      ["StringId", "English text"],
      Object.entries(texts).map(([id, text]) => [code(id), code(text)]),
    );
  const groups = [
    ["Sign-in page (unifiedssp), UxElement", ux.unified],
    ["Self-asserted pages, UxElement", ux.selfAsserted],
    ["Choice of a provider, UxElement", ux.providerSelection],
    ["Proof of a phone (multifactor), UxElement", ux.phoneFactor],
    ["Error page, UxElement", ux.globalException],
    ["Our own texts, UxElement", ux.page],
    ...Object.entries(displayControls).map(([kind, texts]) => [`${kind}, DisplayControl`, texts]),
    ["Error messages, ErrorMessage", errorMessages],
    ["Sentences at a field", fieldErrors],
  ];
  return page(
    "Texts",
    "What the pages say, by string id. A user flow overrides one in `languages[].overridesPages`, a custom policy in `LocalizedResources`: under `UxElement`, messages under `ErrorMessage`, and a sentence at a field as the `UxElement` `vb_field_` and its id.",
    ...groups.map(([title, texts]) => section(title, list(texts))),
  );
}
