import type { TenantSettings } from "./tenant.ts";

/** The settings of a tenant that says nothing of its own (`tenant-document.ts` holds the same defaults). */
export const defaultSettings: TenantSettings = {
  enforceBlockAtTokenStep: false,
  strictConnectorAnswers: false,
  sendLocalIdentitiesAtSignup: false,
  connectorPreset: "seed",
  alwaysIssueAccessToken: false,
  advertiseUserInfo: false,
  allowAnyPostLogoutRedirect: false,
  allowPlainPkce: false,
  strictRefreshRotation: false,
  lenientClaimFlow: false,
};
