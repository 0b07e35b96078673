/** Takes the same time wherever the two differ. Works without Node's `crypto`: the library runs on every platform. */
export function equalBytes(given: Uint8Array, expected: Uint8Array): boolean {
  let difference = given.length ^ expected.length;
  for (let i = 0; i < expected.length; i++) difference |= (given[i] ?? 0) ^ (expected[i] ?? 0);
  return difference === 0;
}

export function equalText(given: string, expected: string): boolean {
  const encoder = new TextEncoder();
  return equalBytes(encoder.encode(given), encoder.encode(expected));
}

/** Whether the text is one of these. Every one of them is compared, so that the time does not tell which it was. */
export function isOneOf(given: string, expected: readonly string[]): boolean {
  let found = 0;
  for (const each of expected) found |= equalText(given, each) ? 1 : 0;
  return found === 1;
}

/** Undefined where the text is no base64. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
