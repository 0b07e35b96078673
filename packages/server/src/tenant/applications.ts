import { nearestName } from "@vestibule/policy";
import { type JsonReading, shapes } from "@vestibule/user-flows";
import { redirectUriProblem } from "../relying-party/redirect-uri.ts";
import { anything } from "./anything.ts";
import type { SecretSources } from "./secrets.ts";
import type { Application } from "./tenant.ts";
import { guid } from "./tenant-document.ts";

const { flag, listOf, maybe, object, oneOf, optional, required, text, withDefaults } = shapes;

const timestamp = text({
  pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/,
  describe: "a time such as '2027-01-31T00:00:00Z'",
});

/** One application in Graph's form (directory-and-graph.md 12.1). */
export const applicationShape = object(
  {
    id: maybe(guid),
    appId: required(guid),
    displayName: required(text({ maxLength: 256 })),
    /** Ours: switches the application off without removing it. */
    accountEnabled: optional(flag, true),
    signInAudience: maybe(text()),
    web: withDefaults(
      object({
        redirectUris: optional(listOf(text()), []),
        redirectUriSettings: maybe(anything),
        logoutUrl: optional(shapes.orNull(text()), null),
        homePageUrl: maybe(anything),
        implicitGrantSettings: withDefaults(
          object({
            enableIdTokenIssuance: optional(flag, false),
            enableAccessTokenIssuance: optional(flag, false),
          }),
        ),
      }),
    ),
    spa: withDefaults(object({ redirectUris: optional(listOf(text()), []) })),
    publicClient: withDefaults(object({ redirectUris: optional(listOf(text()), []) })),
    isFallbackPublicClient: optional(shapes.orNull(flag), null),
    /** The same settings as the portal's manifest editor spells them. */
    oauth2AllowIdTokenImplicitFlow: optional(shapes.orNull(flag), null),
    oauth2AllowImplicitFlow: optional(shapes.orNull(flag), null),
    allowPublicClient: optional(shapes.orNull(flag), null),
    identifierUris: optional(listOf(text()), []),
    api: withDefaults(
      object({
        oauth2PermissionScopes: optional(
          listOf(
            object({
              id: maybe(guid),
              value: required(text()),
              type: optional(oneOf("User", "Admin"), "User"),
              isEnabled: optional(flag, true),
              adminConsentDisplayName: maybe(anything),
              adminConsentDescription: maybe(anything),
              userConsentDisplayName: maybe(anything),
              userConsentDescription: maybe(anything),
              origin: maybe(anything),
            }),
          ),
          [],
        ),
        requestedAccessTokenVersion: maybe(anything),
        acceptMappedClaims: maybe(anything),
        knownClientApplications: maybe(anything),
        preAuthorizedApplications: maybe(anything),
      }),
    ),
    appRoles: optional(
      listOf(
        object({
          id: required(guid),
          value: maybe(shapes.orNull(text())),
          allowedMemberTypes: optional(listOf(oneOf("User", "Application")), []),
          isEnabled: optional(flag, true),
          displayName: maybe(anything),
          description: maybe(anything),
          origin: maybe(anything),
        }),
      ),
      [],
    ),
    requiredResourceAccess: optional(
      listOf(
        object({
          resourceAppId: required(guid),
          resourceAccess: required(
            listOf(object({ id: required(guid), type: required(oneOf("Scope", "Role")) })),
          ),
        }),
      ),
      [],
    ),
    passwordCredentials: optional(
      listOf(
        object({
          displayName: maybe(anything),
          keyId: maybe(anything),
          hint: maybe(anything),
          startDateTime: maybe(shapes.orNull(timestamp)),
          endDateTime: maybe(shapes.orNull(timestamp)),
          customKeyIdentifier: maybe(anything),
          secretText: required(text()),
        }),
      ),
      [],
    ),
    ...Object.fromEntries(
      [
        "addIns certification createdDateTime defaultRedirectUri deletedDateTime description disabledByMicrosoftStatus",
        "groupMembershipClaims info isDeviceOnlyAuthSupported keyCredentials nativeAuthenticationApisEnabled notes",
        "oauth2RequirePostResponse optionalClaims parentalControlSettings publisherDomain requestSignatureVerification",
        "samlMetadataUrl serviceManagementReference servicePrincipalLockConfiguration tags tokenEncryptionKeyId uniqueName verifiedPublisher",
      ]
        .flatMap((names) => names.split(" "))
        .map((name) => [name, maybe(anything)] as const),
    ),
  },
  { annotated: true },
);

export type ApplicationDocument = shapes.Shaped<typeof applicationShape>;

/** What Graph's rules say beyond types; secrets go to their sources. */
export function readApplication(
  document: ApplicationDocument,
  path: string,
  reading: JsonReading,
  secrets: SecretSources,
): Application {
  const place = (member: string) => (path === "" ? member : `${path}.${member}`);
  const redirectUris = (["web", "spa", "publicClient"] as const).flatMap((platform) =>
    document[platform].redirectUris.map((uri, index) => {
      const type = platform === "publicClient" ? ("native" as const) : platform;
      const problem = uri.includes("*")
        ? "holds a wildcard; redirect URIs are compared exactly"
        : redirectUriProblem(uri, type);
      if (problem !== undefined) {
        const path = place(`${platform}.redirectUris[${index}]`);
        reading.report("TN030", "error", path, `'${uri}' ${problem}.`, {
          hint: "Use https; http only for localhost.",
        });
      }
      return { uri, type };
    }),
  );
  if (redirectUris.length > 100) {
    reading.report("TN030", "error", place("web"), "An application has at most 100 redirect URIs.", {
      hint: `There are ${redirectUris.length}.`,
    });
  }
  const implicit = implicitSetting(document);
  if (implicit !== undefined) {
    reading.report("TN033", "warning", place(implicit), "Tokens may travel in addresses (implicit flow).", {
      hint: "Today's standards (RFC 9700) advise against it: use the code flow with PKCE where the application can.",
    });
  }
  if (implicit !== undefined && (document.isFallbackPublicClient ?? document.allowPublicClient)) {
    const member = document.isFallbackPublicClient ? "isFallbackPublicClient" : "allowPublicClient";
    reading.report("TN033", "warning", place(member), "The application may ask people for their passwords.", {
      hint: "That is the resource owner password grant, which RFC 9700 forbids: show the policy's pages instead.",
    });
  }
  return {
    clientId: document.appId.toLowerCase(),
    displayName: document.displayName,
    enabled: document.accountEnabled,
    redirectUris,
    ...(document.web.logoutUrl !== null && { logoutUrl: document.web.logoutUrl }),
    secrets: document.passwordCredentials.map(({ secretText, startDateTime, endDateTime }, index) => ({
      storageReference: secrets.add(
        `App_${document.appId}_${index + 1}`,
        secretText,
        place(`passwordCredentials[${index}].secretText`),
        reading,
      ),
      ...(startDateTime && { startsAt: Date.parse(startDateTime) }),
      ...(endDateTime && { endsAt: Date.parse(endDateTime) }),
    })),
    allowImplicit: implicit !== undefined,
    allowPublicClient: document.isFallbackPublicClient ?? document.allowPublicClient ?? false,
    identifierUris: document.identifierUris,
    exposedScopes: document.api.oauth2PermissionScopes
      .filter(({ isEnabled }) => isEnabled)
      .map(({ value }) => value),
    grantedScopes: {},
    exposedRoles: applicationRoles(document).map(({ value }) => value),
    grantedRoles: {},
  };
}

/** The member that allows the implicit flow. One suffices for both kinds of token, as in B2C (protocol.md 3.3). */
function implicitSetting(document: ApplicationDocument): string | undefined {
  const { enableIdTokenIssuance, enableAccessTokenIssuance } = document.web.implicitGrantSettings;
  if (enableIdTokenIssuance) return "web.implicitGrantSettings.enableIdTokenIssuance";
  if (enableAccessTokenIssuance) return "web.implicitGrantSettings.enableAccessTokenIssuance";
  if (document.oauth2AllowIdTokenImplicitFlow) return "oauth2AllowIdTokenImplicitFlow";
  return document.oauth2AllowImplicitFlow ? "oauth2AllowImplicitFlow" : undefined;
}

/** The roles that applications, and not persons, can have. */
function applicationRoles(document: ApplicationDocument): { readonly id: string; readonly value: string }[] {
  return document.appRoles.flatMap(({ id, value, allowedMemberTypes, isEnabled }) =>
    isEnabled && value && allowedMemberTypes.includes("Application") ? [{ id, value }] : [],
  );
}

/** Ids of scopes and roles that an application asks for → their names at the APIs, once all applications are known. */
export function grantPermissions(
  applications: readonly {
    readonly document: ApplicationDocument;
    readonly application: Application;
    readonly path: string;
    readonly reading: JsonReading;
  }[],
): Application[] {
  return applications.map(({ document, application, path, reading }) => {
    const granted = { Scope: new Map<string, string[]>(), Role: new Map<string, string[]>() };
    for (const [index, { resourceAppId, resourceAccess }] of document.requiredResourceAccess.entries()) {
      // Microsoft Graph stands in every exported application; nothing here answers for it.
      if (resourceAppId === "00000003-0000-0000-c000-000000000000") continue;
      const place = `${path === "" ? "" : `${path}.`}requiredResourceAccess[${index}]`;
      const api = applications.find(
        ({ document: { appId } }) => appId.toLowerCase() === resourceAppId.toLowerCase(),
      );
      if (!api) {
        const near = nearestName(
          resourceAppId,
          applications.map(({ document: { appId } }) => appId),
        );
        reading.report(
          "TN031",
          "warning",
          `${place}.resourceAppId`,
          `The tenant has no application '${resourceAppId}'.`,
          {
            ...(near !== undefined && { hint: `Did you mean '${near}'?` }),
          },
        );
        continue;
      }
      const offered = {
        Scope: api.document.api.oauth2PermissionScopes,
        Role: applicationRoles(api.document),
      };
      for (const [position, { id, type }] of resourceAccess.entries()) {
        const found = offered[type].find((one) => one.id?.toLowerCase() === id.toLowerCase());
        if (found) {
          const names = granted[type].get(api.application.clientId) ?? [];
          granted[type].set(api.application.clientId, [...names, found.value]);
          continue;
        }
        const what = type === "Scope" ? "scope" : "role for applications";
        const known = offered[type].map((one) => `${one.value} = ${one.id ?? "without id"}`).join(", ");
        reading.report(
          "TN031",
          "warning",
          `${place}.resourceAccess[${position}].id`,
          `'${api.document.displayName}' exposes no ${what} with this id.`,
          { hint: `Its ${type === "Scope" ? "scopes" : "roles"}: ${known || "none"}.` },
        );
      }
    }
    return {
      ...application,
      grantedScopes: Object.fromEntries(granted.Scope),
      grantedRoles: Object.fromEntries(granted.Role),
    };
  });
}
