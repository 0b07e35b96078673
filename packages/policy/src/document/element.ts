import type { SourcePosition } from "../model.ts";
import { textPosition, type XmlElement } from "../xml/parse.ts";
import type { SourceText } from "../xml/source-text.ts";
import type { Placed } from "./document.ts";

type Defined<T> = { [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name] } & {
  [Name in keyof T as undefined extends T[Name] ? Name : never]?: Exclude<T[Name], undefined>;
};

/** `members` without those that are undefined: an optional member is there or not there, never undefined. */
export function defined<T extends object>(members: T): Defined<T> {
  const result: Record<string, unknown> = {};
  for (const name in members) if (members[name] !== undefined) result[name] = members[name];
  return result as Defined<T>;
}

/** Reads typed values out of elements that the grammar has accepted. */
export class ElementReader {
  readonly #source: SourceText;

  constructor(source: SourceText) {
    this.#source = source;
  }

  at(element: XmlElement): SourcePosition {
    return this.#source.positionAt(element.offset);
  }

  child(element: XmlElement | undefined, name: string): XmlElement | undefined {
    if (element) for (const child of element.children) if (child.name === name) return child;
    return undefined;
  }

  /** The `item` children of all `container` children: some containers may repeat. */
  items(element: XmlElement | undefined, container: string, item: string): XmlElement[] {
    const found: XmlElement[] = [];
    for (const child of element?.children ?? [])
      if (child.name === container)
        for (const each of child.children) if (each.name === item) found.push(each);
    return found;
  }

  /** Like {@link items}, but undefined where there is no such container: absent and empty merge alike, yet cost less. */
  list<T>(
    element: XmlElement,
    container: string,
    item: string,
    read: (element: XmlElement) => T,
  ): readonly T[] | undefined {
    const found = this.items(element, container, item);
    return found.length > 0 ? found.map(read) : undefined;
  }

  /** Text as written. */
  text(element: XmlElement | undefined, child: string): string | undefined {
    return this.child(element, child)?.text;
  }

  placedText(element: XmlElement | undefined, name: string): Placed<string> | undefined {
    const child = this.child(element, name);
    return child && { value: child.text.trim(), at: textPosition(this.#source, child) };
  }

  /** An id or reference, trimmed; undefined where the attribute is not there. */
  id(element: XmlElement, attribute: string): string | undefined {
    return element.attributes[attribute]?.trim();
  }

  /** An id or reference that the grammar demands. */
  requiredId(element: XmlElement, attribute: string): string {
    return element.attributes[attribute]?.trim() ?? "";
  }

  placedId(element: XmlElement | undefined, attribute: string): Placed<string> | undefined {
    const value = element?.attributes[attribute]?.trim();
    return element && value !== undefined ? { value, at: this.at(element) } : undefined;
  }

  boolean(text: string | undefined): boolean | undefined {
    if (text === undefined) return undefined;
    const trimmed = text.trim();
    return trimmed === "true" || trimmed === "1";
  }

  flag(element: XmlElement, attribute: string): boolean | undefined {
    return this.boolean(element.attributes[attribute]);
  }

  integer(text: string | undefined): number | undefined {
    return text === undefined ? undefined : Number(text.trim());
  }
}
