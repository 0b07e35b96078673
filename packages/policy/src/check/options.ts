/** What the checks know of the tenant. What is not given is not checked. */
export interface CheckOptions {
  readonly tenant?: {
    /** Every domain of the tenant; a policy's TenantId is one of them (PL016). */
    readonly domains: readonly string[];
    readonly objectId?: string;
  };
  /** Ids of the tenant's key containers (PL106). */
  readonly keyContainers?: readonly string[];
  /** Lowers PL210 and PL211 to warnings. Source: policy-language.md 14.3. */
  readonly flowAnalysis?: "error" | "warning";
  /** Most policies of the tenant (PL022); 200. */
  readonly maximumPolicies?: number;
}
