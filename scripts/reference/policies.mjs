// Custom policies: elements, technical profiles with their metadata, claim resolvers, from the tables that run.
import { code, page, section, table } from "./markdown.mjs";

const { grammar } = await import("../../packages/policy/dist/grammar/grammar.js");
const { withoutEffect } = await import("../../packages/policy/dist/grammar/without-effect.js");
const { metadataItems } = await import("../../packages/engine/dist/program/metadata-items.js");
const { handlerNames } = await import("../../packages/engine/dist/program/read-profile.js");
const { resolverNames } = await import("../../packages/engine/dist/claims/resolvers.js");

export function policyElements() {
  return page(
    "Elements of a policy file",
    "What a `TrustFrameworkPolicy` may hold, in the order in which it must stand: `?` at most once, `*` any number, `+` at least once, `!` a required attribute. Everything is read, merged with the base policies and checked ([diagnostics](diagnostics.md)); what the last column names is accepted and changes nothing. An element with two forms is there once for each.",
    ...chapters(),
  );
}

/** Rows of the grammar by the element that they belong to, as the file is walked from its root. */
function chapters() {
  const rows = [];
  const seen = new Set();
  const visit = (name, rule, parent) => {
    if (seen.has(`${name} ${rule}`)) return;
    seen.add(`${name} ${rule}`);
    const { attributes, content } = grammar[rule];
    rows.push([name, parent, attributes, content]);
    if (content.kind === "children")
      for (const child of content.children) visit(child.name, child.rule, name);
  };
  visit("TrustFrameworkPolicy", "TrustFrameworkPolicy", "");
  return [
    table(
      ["element", "in", "attributes", "holds", "without effect"],
      rows.map(([name, parent, attributes, content]) => [
        code(name),
        parent,
        attributes.map((one) => `${code(one.name)}${one.required ? "!" : ""}${words(one.type)}`).join(", "),
        holds(content),
        [
          withoutEffect[name],
          ...attributes
            .filter((one) => withoutEffect[`${name}@${one.name}`])
            .map((one) => `${code(one.name)}: ${withoutEffect[`${name}@${one.name}`]}`),
        ]
          .filter(Boolean)
          .join("; "),
      ]),
    ),
  ];
}

function words(type) {
  return type?.words ? ` (${type.words.join(", ")})` : "";
}

function holds(content) {
  switch (content.kind) {
    case "children":
      return content.children
        .map(({ name, minimum, many }) => `${name}${many ? (minimum ? "+" : "*") : minimum ? "" : "?"}`)
        .join(" ");
    case "text":
      return content.type?.words ? content.type.words.join(", ") : "text";
    case "any":
      return "anything";
    default:
      return "";
  }
}

export function technicalProfiles() {
  const own = metadataItems[""];
  return page(
    "Technical profiles",
    "What runs, and the metadata that each kind reads. Keys compare without regard to case. Messages (`UserMessageIf…`, `DefaultMessage` and the rest of [the texts](strings.md)), `language.<string id>` and `setting.<name>` for the page may stand beside them. Items of ours for RESTful profiles: [connector presets](connector-presets.md). A profile of another kind is not offered, and a journey that needs it ends with an error (`VB101`).",
    section(
      "Handlers",
      'Of `Protocol Name="Proprietary"`; beside them `OpenIdConnect`, `OAuth2` and `None`.',
      handlerNames.map((name) => `- ${code(name)}`).join("\n"),
    ),
    section("Every kind", itemTable(own)),
    ...Object.entries(metadataItems)
      .filter(([kind]) => kind !== "")
      .map(([kind, items]) => section(kind, itemTable(items))),
  );
}

function itemTable(items) {
  return table(
    ["item", "left out", "what it does"],
    items.map(({ key, otherwise, describe, inert }) => [
      code(key),
      code(otherwise),
      inert ? `No effect. ${describe}` : describe,
    ]),
  );
}

export function claimResolvers() {
  return page(
    "Claim resolvers",
    "What may stand in braces in default values, addresses of templates and of APIs. Names compare without regard to case. A resolver without a value is an empty text, and no claim where it is the whole value; an unknown prefix stays as it is written.",
    table(
      ["resolver", "names"],
      [
        ...Object.entries(resolverNames()).map(([prefix, names]) => [
          code(`{${prefix}:…}`),
          names.map(code).join(", "),
        ]),
        [code("{OAUTH-KV:…}"), "any parameter of the application's request"],
        [code("{Claim:…}"), "any claim"],
      ],
    ),
  );
}
