/** Gives the value of a word in double braces, undefined where there is none now. */
export type WordReader = (word: string) => Promise<string | number | undefined> | string | number | undefined;

/** Puts values in the place of `{{words}}`, in all texts of a JSON value. */
export async function fillWords<T>(value: T, read: WordReader): Promise<T> {
  if (typeof value === "string") return (await fillText(value, read)) as T;
  if (Array.isArray(value)) {
    const filled: unknown[] = [];
    for (const each of value) filled.push(await fillWords(each, read));
    return filled as T;
  }
  if (typeof value === "object" && value !== null) {
    const filled: Record<string, unknown> = {};
    for (const [name, each] of Object.entries(value)) filled[name] = await fillWords(each, read);
    return filled as T;
  }
  return value;
}

/** A text that is nothing but one word keeps the word's type. */
async function fillText(text: string, read: WordReader): Promise<string | number> {
  const alone = /^\{\{([^{}]+)\}\}$/.exec(text)?.[1];
  if (alone !== undefined) return given(alone, await read(alone));
  let filled = "";
  let end = 0;
  for (const match of text.matchAll(/\{\{([^{}]+)\}\}/g)) {
    const word = match[1] ?? "";
    filled += text.slice(end, match.index) + given(word, await read(word));
    end = match.index + match[0].length;
  }
  return filled + text.slice(end);
}

function given(word: string, value: string | number | undefined): string | number {
  if (value === undefined) throw new Error(`there is no value for {{${word}}}`);
  return value;
}

/** Another code of the same form. */
export function wrongCode(code: string): string {
  return code.replace(/\d/g, (digit) => String((Number(digit) + 1) % 10));
}

/** The word's plain time forms: `now`, `now+600`, `today`, `today+2`. */
export function timeWord(word: string, now: number): string | number | undefined {
  const match = /^(now|today)(?:([+-])(\d+))?$/.exec(word);
  if (!match) return undefined;
  const distance = Number(`${match[2] ?? "+"}${match[3] ?? 0}`);
  if (match[1] === "now") return Math.floor(now / 1000) + distance;
  return new Date(now + distance * 86_400_000).toISOString().slice(0, 10);
}
