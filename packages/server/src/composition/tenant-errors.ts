import type { Diagnostic } from "@vestibule/policy";

/** A production server does not start on a tenant that holds errors. */
export class TenantErrors extends Error {
  override readonly name = "TenantErrors";
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super("A tenant holds errors.");
    this.diagnostics = diagnostics;
  }
}
