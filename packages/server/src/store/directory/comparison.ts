/**
 * Two strengths of sameness for local sign-in names.
 *
 * `exactForm` is what a look-up goes by: case and canonical composition do not matter (directory-and-graph.md 6).
 * `looseForm` is what uniqueness goes by: compatibility forms and full case folding too, so that look-alikes never
 * become two accounts. A look-up must not be that loose: whoever proves a mailbox at `faß.example` must not reach the
 * account of `fass.example`.
 */
export function exactForm(value: string): string {
  return value.normalize("NFC").toLowerCase().normalize("NFC");
}

export function looseForm(value: string): string {
  return value.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
}

/** Control characters and halves of surrogate pairs: no name holds them, and databases disagree about them. */
export function isStorableName(value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return value.isWellFormed() && !/[\u0000-\u001f\u007f-\u009f]/.test(value);
}
