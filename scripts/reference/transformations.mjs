// Claims transformations: every method with its claims and parameters, from the table that runs and checks them.
import { code, page, section, table } from "./markdown.mjs";

const { transformationFamilies } = await import("../../packages/engine/dist/transformations/index.js");

export function transformations() {
  return page(
    "Claims transformations",
    "What a `ClaimsTransformation` may call. Names compare without regard to case. A claim that may be absent must be declared all the same, unless it may be left out; a required claim that is absent when the method runs ends the journey, or the validation of a page. Mistakes are found when the policy is loaded: see [diagnostics](diagnostics.md).",
    ...Object.entries(transformationFamilies).map(([family, methods]) =>
      section(family, ...Object.entries(methods).map(([name, method]) => entry(name, method))),
    ),
  );
}

function entry(name, method) {
  const rows = [
    ...claims("in", method.inputs, method.otherInputs),
    ...parameters(method),
    ...claims("out", method.outputs, method.otherOutputs),
  ];
  const aliases = method.aliases ? ` Older name: ${method.aliases.map(code).join(", ")}.` : "";
  const message =
    method.assertion === undefined ? "" : ` Its message is the metadata item ${code(method.assertion)}.`;
  const parts = [`### ${name}`, `${method.summary}${aliases}${message}`];
  if (rows.length > 0) parts.push(table(["", "name", "type", "notes"], rows));
  return parts.join("\n\n");
}

function claims(side, slots, others) {
  const row = (name, { types, mayBeAbsent, mayBeUndeclared, aliases = [] }) => [
    side,
    name,
    types.length === 0 ? "any" : types.join(", "),
    [
      mayBeAbsent && "may be absent",
      mayBeUndeclared && "may be left out",
      aliases.length > 0 && `also ${aliases.map(code).join(", ")}`,
    ]
      .filter(Boolean)
      .join("; "),
  ];
  const named = Object.entries(slots).map(([name, slot]) => row(code(name), slot));
  return others ? [...named, row("any number, under names of their own", others)] : named;
}

function parameters({ parameters: slots, otherParameters }) {
  const row = (name, slot) => [
    "parameter",
    name,
    slot.type,
    [
      slot.values && `one of ${slot.values.map(code).join(", ")}`,
      slot.default !== undefined && `default ${code(slot.default)}`,
      slot.optional && "may be left out",
      slot.aliases && `also ${slot.aliases.map(code).join(", ")}`,
    ]
      .filter(Boolean)
      .join("; "),
  ];
  const named = Object.entries(slots).map(([name, slot]) => row(code(name), slot));
  return otherParameters ? [...named, row("any number, under names of their own", { type: "any" })] : named;
}
