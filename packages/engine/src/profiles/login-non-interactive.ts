import type { TechnicalProfile } from "@vestibule/policy";
import { claimText } from "../claims/bag.ts";
import { booleanItem, metadataItem } from "../claims/mapping.ts";
import type { PasswordCheck } from "../ports.ts";
import type { ProfileResult, ServerProfileKind } from "./profile.ts";

export interface LoginMetadata {
  /** Local identity types that count; absent = all. */
  readonly signInTypes?: readonly string[];
}

type Failure = Exclude<PasswordCheck["kind"], "ok" | "passwordExpired">;

/** Which message and code each failure has. Source: technical-profiles.md 5.3. */
const failures: Readonly<Record<Failure, { readonly key: string; readonly code: string }>> = {
  unknownAccount: { key: "UserMessageIfClaimsPrincipalDoesNotExist", code: "AADB2C90053" },
  wrongPassword: { key: "UserMessageIfInvalidPassword", code: "AADB2C90054" },
  oldPassword: { key: "UserMessageIfOldPasswordUsed", code: "AADB2C90054" },
  disabled: { key: "UserMessageIfUserAccountDisabled", code: "AADB2C90111" },
  locked: { key: "UserMessageIfUserAccountLocked", code: "AADB2C90114" },
  throttled: { key: "AADRequestsThrottled", code: "AADB2C90244" },
};

/** The password check against our own directory that B2C's policies spell as a token request to Azure AD. */
export const loginNonInteractiveProfile: ServerProfileKind<LoginMetadata> = {
  kind: "loginNonInteractive",

  readMetadata(profile) {
    const types = metadataItem(profile.metadata, "vestibule.signInTypes");
    return {
      metadata: { ...(types !== undefined && { signInTypes: types.split(",").map((type) => type.trim()) }) },
    };
  },

  async run(context): Promise<ProfileResult> {
    const name = context.input.get("username");
    const password = context.input.get("password");
    if (!name || !password) {
      return {
        kind: "systemError",
        code: "AADB2C99015",
        message: `Profile '${context.profile.id}' lacks the input claims username and password.`,
      };
    }
    const { signInTypes } = context.metadata;
    const check = await context.ports.directory.checkPassword(
      claimText(name.value).trim(),
      claimText(password.value),
      {
        ...(signInTypes !== undefined && { signInTypes }),
      },
    );
    // A page that changes a password proves the current one here; the new one must differ (user-flows.md 9).
    const replacement = context.input.get("vestibule.newPassword");
    const isSame = replacement !== undefined && claimText(replacement.value) === claimText(password.value);
    if (isSame && (check.kind === "ok" || check.kind === "passwordExpired")) {
      return { kind: "userError", message: context.message("UserMessageIfNewPasswordIsSame") };
    }
    switch (check.kind) {
      case "ok": {
        const { account } = check;
        return {
          kind: "values",
          values: {
            oid: account.objectId,
            tid: context.state.tenantId,
            name: account.attributes.displayName,
            given_name: account.attributes.givenName,
            family_name: account.attributes.surname,
            upn: account.attributes.userPrincipalName,
            estsRequestId: context.state.id,
          },
        };
      }
      case "passwordExpired":
        // The object id is withheld on purpose: the journey must not take the person for signed in.
        return continueOnExpiration(context.input.get("continueOnPasswordExpiration")?.value)
          ? { kind: "values", values: { passwordExpired: true } }
          : {
              kind: "userError",
              code: "AADB2C90054",
              message: context.message("UserMessageIfPasswordExpired"),
            };
      default: {
        const { key, code } = failures[check.kind];
        return { kind: "userError", code, message: context.message(key) };
      }
    }
  },
};

function continueOnExpiration(value: unknown): boolean {
  return booleanItem({ value: String(value ?? "") }, "value", false);
}

/** A profile that asks for a token with `grant_type=password` is a password check (technical-profiles.md 5.1). */
export function isPasswordGrant(profile: TechnicalProfile): boolean {
  if (metadataItem(profile.metadata, "grant_type")?.toLowerCase() === "password") return true;
  return profile.inputClaims.some(
    (claim) =>
      (claim.partnerClaimType ?? claim.claimTypeReferenceId).toLowerCase() === "grant_type" &&
      claim.defaultValue === "password",
  );
}
