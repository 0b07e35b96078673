import type { SourcePosition } from "../model.ts";
import { didYouMean, type Hint, type Report, shortened } from "../report.ts";
import { attributePosition, textPosition, type XmlElement } from "../xml/parse.ts";
import type { SourceText } from "../xml/source-text.ts";
import { grammar } from "./grammar.ts";
import type { ChildRule, ElementRule } from "./rule.ts";
import type { SimpleType } from "./simple-types.ts";
import { type UniqueRule, uniqueRules } from "./unique.ts";

export const policyNamespace = "http://schemas.microsoft.com/online/cpim/schemas/2013/06";

const uniqueRulesOf = new Map<string, UniqueRule[]>();
for (const rule of uniqueRules) uniqueRulesOf.set(rule.row, [...(uniqueRulesOf.get(rule.row) ?? []), rule]);

/** Reports everything in the tree that the grammar does not allow (PL002 to PL010, PL311). */
export function validateGrammar(source: SourceText, root: XmlElement, report: Report): void {
  const at = source.positionAt(root.offset);
  if (root.name === "TrustFrameworkPolicies") {
    const hint = "Upload each TrustFrameworkPolicy that it holds as a file of its own.";
    report.error(
      "PL002",
      at,
      "An exported user flow (root TrustFrameworkPolicies) is not a policy file.",
      hint,
    );
    return;
  }
  if (root.name !== "TrustFrameworkPolicy") {
    report.error("PL002", at, `The root element is '${root.name}'; it must be TrustFrameworkPolicy.`);
    return;
  }
  if (root.namespace !== policyNamespace) {
    const found =
      root.namespace === "" ? "no namespace" : `the namespace '${shortened(root.namespace, 100)}'`;
    report.error("PL003", at, `The root element has ${found}.`, `Write xmlns="${policyNamespace}".`);
    return;
  }
  new Validation(source, report).element(root, "TrustFrameworkPolicy");
}

class Validation {
  readonly #source: SourceText;
  readonly #report: Report;

  constructor(source: SourceText, report: Report) {
    this.#source = source;
    this.#report = report;
  }

  element(element: XmlElement, row: string): void {
    if (this.#report.full) return;
    const rule = grammar[row];
    if (!rule) return;
    this.#attributes(element, rule);
    const { content } = rule;
    switch (content.kind) {
      case "any":
        return;
      case "empty":
        this.#empty(element);
        return;
      case "text":
        this.#noChildren(element);
        if (content.type) this.#text(element, content.type);
        return;
      case "children":
        this.#children(element, content.children, content.places);
        for (const unique of uniqueRulesOf.get(row) ?? []) this.#unique(element, unique);
    }
  }

  #at(element: XmlElement): SourcePosition {
    return this.#source.positionAt(element.offset);
  }

  #attributes(element: XmlElement, rule: ElementRule): void {
    const { attributes } = element;
    for (const name in attributes) {
      const value = attributes[name] ?? "";
      const known = rule.attributeNames.get(name);
      if (known) {
        if (known.type && !known.type.accepts(value)) this.#attributeValue(element, name, value, known.type);
      } else if (!name.startsWith("xmlns") && !name.startsWith("xsi:") && !name.startsWith("xml:")) {
        this.#report.error(
          "PL007",
          attributePosition(this.#source, element, name),
          `'${element.name}' has no attribute '${shortened(name)}'.`,
          didYouMean(name, rule.attributeNames.keys()),
        );
      }
    }
    for (const { name } of rule.requiredAttributes) {
      if (attributes[name] === undefined)
        this.#report.error("PL007", this.#at(element), `'${element.name}' lacks its attribute '${name}'.`);
    }
  }

  #attributeValue(element: XmlElement, name: string, value: string, type: SimpleType): void {
    const code = value.trim() === "" && type.words === undefined ? "PL025" : "PL008";
    const at = attributePosition(this.#source, element, name);
    const what = `${name}="${shortened(value)}" of '${element.name}' must be ${type.description}.`;
    this.#report.error(code, at, what, wordHint(value, type));
  }

  #text(element: XmlElement, type: SimpleType): void {
    // Simple types keep their blanks (policy-language.md 1), but no published text has any that mean something.
    if (type.accepts(element.text)) return;
    const at = textPosition(this.#source, element);
    const message = `'${shortened(element.text.trim())}' in '${element.name}' must be ${type.description}.`;
    this.#report.error("PL008", at, message, wordHint(element.text, type));
  }

  #empty(element: XmlElement): void {
    this.#noChildren(element);
    if (element.children.length > 0 || element.blank) return;
    const at = element.text.trim() === "" ? this.#at(element) : textPosition(this.#source, element);
    const message = `'${element.name}' cannot contain text or white space: its content model is empty.`;
    this.#report.error("PL006", at, message, `Write <${element.name} … />.`);
  }

  #noChildren(element: XmlElement): void {
    const [child] = element.children;
    if (child)
      this.#report.error(
        "PL004",
        this.#at(child),
        `'${element.name}' has the invalid child element '${shortened(child.name)}'; it holds no elements.`,
      );
  }

  #children(element: XmlElement, rules: readonly ChildRule[], places: ReadonlyMap<string, number>): void {
    if (element.textOffset >= 0) {
      const names = rules.map(({ name }) => name).join(", ");
      const at = textPosition(this.#source, element);
      this.#report.error("PL005", at, `'${element.name}' cannot contain text; it holds ${names}.`);
    }
    let place = 0;
    let count = 0;
    let choice: number | undefined;
    const counts = new Set<number>();
    for (const child of element.children) {
      const index = child.namespace === policyNamespace ? places.get(child.name) : undefined;
      const rule = index === undefined ? undefined : rules[index];
      if (index === undefined || !rule) {
        this.#unexpected(element, child, rules.slice(place), didYouMean(child.name, places.keys()));
        continue;
      }
      counts.add(index);
      if (index < place || (index === place && count > 0 && !rule.many)) {
        const hint =
          index < place
            ? `The order is ${rules.map(({ name }) => name).join(", ")}.`
            : `'${child.name}' may stand here once.`;
        this.#unexpected(element, child, rules.slice(index < place ? place : place + 1), hint);
      } else if (choice !== undefined && choice !== rule.choice) {
        this.#unexpected(
          element,
          child,
          rules.filter((other) => other.choice === choice),
          undefined,
        );
      } else {
        count = index === place ? count + 1 : 1;
        place = index;
        choice = rule.choice;
      }
      this.element(child, rule.rule);
    }
    rules.forEach((rule, index) => {
      if (rule.minimum > 0 && !counts.has(index))
        this.#report.error("PL009", this.#at(element), `'${element.name}' lacks its child '${rule.name}'.`);
    });
  }

  #unexpected(parent: XmlElement, child: XmlElement, possible: readonly ChildRule[], hint: Hint): void {
    const names = possible.map(({ name }) => name).join(", ");
    const message = `'${parent.name}' has the invalid child element '${shortened(child.name)}' here; possible: ${names || "none"}.`;
    this.#report.error("PL004", this.#at(child), message, hint);
  }

  #unique(element: XmlElement, { path, attribute, code }: UniqueRule): void {
    let level = [element];
    for (const name of path) level = level.flatMap(({ children }) => children.filter((c) => c.name === name));
    const seen = new Map<string, string>();
    for (const each of level) {
      const value = each.attributes[attribute];
      if (value === undefined) continue;
      const key = attribute === "Order" ? String(Number(value)) : value.trim().toLowerCase();
      const before = seen.get(key);
      if (before === undefined) seen.set(key, value);
      else this.#duplicate(each, attribute, before, code);
    }
  }

  #duplicate(element: XmlElement, attribute: string, before: string, code: UniqueRule["code"]): void {
    const at = attributePosition(this.#source, element, attribute);
    const value = element.attributes[attribute] ?? "";
    const what = `'${element.name}' with ${attribute} '${shortened(value)}' is there twice`;
    if (code === "PL010" && value !== before && attribute !== "Order") {
      const message = `${what}, in another spelling: '${shortened(before)}'.`;
      this.#report.warning(code, at, message, "Ids compare without regard to case; the first one is used.");
    } else this.#report.error(code, at, `${what}.`);
  }
}

function wordHint(value: string, type: SimpleType): Hint {
  if (!type.words) return undefined;
  const exact = type.words.find((word) => word.toLowerCase() === value.trim().toLowerCase());
  return exact === undefined ? didYouMean(value, type.words) : `Write '${exact}'.`;
}
