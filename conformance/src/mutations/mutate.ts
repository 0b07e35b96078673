/** A stream of numbers from 0 up to 1, the same for the same seed. */
export type Random = () => number;

/** Source: mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What editors, merges and attackers leave in a file. */
const snippets = [
  "<",
  ">",
  "&",
  '"',
  "</",
  "<!--",
  "-->",
  "<![CDATA[",
  "]]>",
  "\u0000",
  "<!DOCTYPE a [<!ENTITY b 'c'>]>",
  " xmlns=''",
  "{Settings:x}",
  "{Claim:objectId}",
  "-1",
  "99999999999999999999",
  "true",
  "__proto__",
  "constructor",
  "ReferenceId",
  " Id='X'",
  "<InputClaims/>",
  "(a+)+$",
  "\ud800",
  "ﬀ",
];

type Change = (text: string, random: Random) => string;

const place = (text: string, random: Random) => Math.floor(random() * (text.length + 1));
const piece = (text: string, random: Random): [number, number] => {
  const from = place(text, random);
  return [from, Math.min(text.length, from + Math.floor(random() * 80))];
};
const pick = <T>(values: readonly T[], random: Random): T | undefined =>
  values[Math.floor(random() * values.length)];

const attribute = /\b(?:Id|ReferenceId|[A-Za-z]*ReferenceId|Type|Order|Key|PolicyId)="([^"]*)"/g;
const element = /<([A-Za-z]+)(?:\s[^<>]*)?>[^<]*<\/\1>|<[A-Za-z]+(?:\s[^<>]*)?\/>/g;

const changes: readonly Change[] = [
  function remove(text, random) {
    const [from, to] = piece(text, random);
    return text.slice(0, from) + text.slice(to);
  },
  function duplicate(text, random) {
    const [from, to] = piece(text, random);
    return text.slice(0, to) + text.slice(from);
  },
  function insert(text, random) {
    const at = place(text, random);
    return text.slice(0, at) + (pick(snippets, random) ?? "") + text.slice(at);
  },
  function swapHalves(text, random) {
    const at = place(text, random);
    return text.slice(at) + text.slice(0, at);
  },
  /** One name is written where another stood: references lead elsewhere, in circles too. */
  function exchangeNames(text, random) {
    const found = [...text.matchAll(attribute)];
    const [one, other] = [pick(found, random), pick(found, random)];
    if (!one || !other) return text;
    const from = one.index + one[0].indexOf('"') + 1;
    return text.slice(0, from) + (other[1] ?? "") + text.slice(from + (one[1] ?? "").length);
  },
  function spoilName(text, random) {
    const one = pick([...text.matchAll(attribute)], random);
    if (!one) return text;
    const from = one.index + one[0].indexOf('"') + 1;
    return text.slice(0, from) + (pick(snippets, random) ?? "") + text.slice(from);
  },
  function removeElement(text, random) {
    const one = pick([...text.matchAll(element)], random);
    return one ? text.slice(0, one.index) + text.slice(one.index + one[0].length) : text;
  },
  function repeatElement(text, random) {
    const one = pick([...text.matchAll(element)], random);
    return one ? text.slice(0, one.index) + one[0] + text.slice(one.index) : text;
  },
  function spoilText(text, random) {
    const one = pick([...text.matchAll(/>([^<>]{1,80})</g)], random);
    return one
      ? `${text.slice(0, one.index + 1)}${pick(snippets, random) ?? ""}${text.slice(one.index + 1)}`
      : text;
  },
];

/** One to four changes to a file's text; now and then also bytes that are no text. */
export function mutated(text: string, random: Random): Uint8Array {
  let result = text;
  const count = 1 + Math.floor(random() * 4);
  for (let change = 0; change < count; change++) result = pick(changes, random)?.(result, random) ?? result;
  const bytes = Buffer.from(result);
  if (random() < 0.1 && bytes.length > 0)
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  return bytes;
}
