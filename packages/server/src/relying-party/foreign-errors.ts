import { ProtocolError } from "./errors.ts";

/** What the application may hear of an error of another room; undefined where it is nobody's business. */
export function asProtocolError(error: unknown): ProtocolError | undefined {
  if (error instanceof ProtocolError) return error;
  // The key store says so where a container has nothing to sign with: protocol.md 2.2
  const isKeyError = error instanceof Error && "code" in error && error.code === "AADB2C90019";
  return isKeyError ? new ProtocolError("AADB2C90019") : undefined;
}
