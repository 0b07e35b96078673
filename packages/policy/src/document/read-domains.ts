import type { XmlElement } from "../xml/parse.ts";
import type { ElementReader } from "./element.ts";

/** `Domain` first, then the entries of `Domains`; undefined where neither is there. */
export function readDomains(reader: ElementReader, element: XmlElement): readonly string[] | undefined {
  const own = reader.text(element, "Domain")?.trim();
  const further = reader.items(element, "Domains", "Domain").map(({ text }) => text.trim());
  const all = [...(own === undefined ? [] : [own]), ...further].filter((domain) => domain !== "");
  return all.length > 0 ? [...new Set(all)] : undefined;
}
