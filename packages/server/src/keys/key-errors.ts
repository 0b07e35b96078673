/** Codes of api-connectors.md B9 and technical-profiles.md 30. */
export type KeyErrorCode = "AADB2C90019" | "AADB2C90178" | "AADB2C90179" | "AADB2C95025";

/** A key cannot be used or taken. The message names containers and subjects, never a value. */
export class KeyError extends Error {
  readonly code: KeyErrorCode;

  constructor(code: KeyErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.name = "KeyError";
    this.code = code;
  }
}

export function noValidKey(container: string, tenant: string, reason: string): KeyError {
  return new KeyError(
    "AADB2C90019",
    `The key container with ID '${container}' in tenant '${tenant}' does not has a valid key. Reason: ${reason}.`,
  );
}
