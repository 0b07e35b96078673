import { expect, it } from "vitest";
import { grammar } from "./grammar.ts";
import { withoutEffect } from "./without-effect.ts";

it("names only elements and attributes of the language", () => {
  const elements = new Map<string, Set<string>>();
  const add = (name: string, rule: string) => {
    const attributes = elements.get(name) ?? new Set<string>();
    for (const attribute of grammar[rule]?.attributes ?? []) attributes.add(attribute.name);
    elements.set(name, attributes);
  };
  add("TrustFrameworkPolicy", "TrustFrameworkPolicy");
  for (const { content } of Object.values(grammar))
    if (content.kind === "children") for (const { name, rule } of content.children) add(name, rule);
  const unknown = Object.keys(withoutEffect).filter((part) => {
    const [element = "", attribute] = part.split("@");
    const attributes = elements.get(element);
    return !attributes || (attribute !== undefined && !attributes.has(attribute));
  });
  expect(unknown).toEqual([]);
});
