import { presetNames } from "@vestibule/engine";
import { type JsonReading, shapes } from "@vestibule/user-flows";

const { flag, integer, listOf, maybe, object, oneOf, optional, required, text, withDefaults } = shapes;

export const guid = text({ pattern: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, describe: "a GUID" });
const domain = text({
  pattern: /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i,
  describe: "a domain name",
});
const appId = text({
  pattern: /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i,
  describe: "the id of b2c-extensions-app, a GUID",
});

/** `tenant.json` (user-flows.md 16). */
export const tenantShape = object({
  id: required(guid),
  displayName: required(text({ maxLength: 256 })),
  defaultDomain: required(domain),
  domains: optional(listOf(domain), []),
  extensionsAppId: required(appId),
  b2cAuthenticationMethodsPolicy: withDefaults(
    object(
      {
        isEmailPasswordAuthenticationEnabled: optional(flag, true),
        isUserNameAuthenticationEnabled: optional(flag, false),
        isPhoneOneTimePasswordAuthenticationEnabled: optional(flag, false),
      },
      { annotated: true },
    ),
  ),
  // Ranges: user-flows.md 13.
  smartLockout: withDefaults(
    object({
      threshold: optional(integer(5, 50, { unit: "failures" }), 10),
      durationInSeconds: optional(integer(5, 18_000, { unit: "seconds" }), 60),
      maxDurationInSeconds: optional(integer(5, 18_000, { unit: "seconds" }), 18_000),
    }),
  ),
  passwordExpiryInDays: optional(integer(1, 730, { unit: "days" }), 90),
  ageGating: withDefaults(object({ isConfigured: optional(flag, false), rules: maybe(text()) })),
  branding: withDefaults(
    object({
      bannerLogo: maybe(text()),
      backgroundImage: maybe(text()),
      backgroundColor: maybe(
        text({ pattern: /^#(?:[0-9a-f]{3}){1,2}$/i, describe: "a colour such as #1f6f5c" }),
      ),
      tokens: withDefaults(
        object({
          brand: maybe(text({ maxLength: 64 })),
          brandContrast: maybe(text({ maxLength: 64 })),
          surface: maybe(text({ maxLength: 64 })),
          ink: maybe(text({ maxLength: 64 })),
          radius: maybe(text({ maxLength: 64 })),
        }),
      ),
    }),
  ),
  settings: withDefaults(
    object({
      enforceBlockAtTokenStep: optional(flag, false),
      strictConnectorAnswers: optional(flag, false),
      sendLocalIdentitiesAtSignup: optional(flag, false),
      connectorPreset: optional(oneOf(...presetNames), "seed"),
      alwaysIssueAccessToken: optional(flag, false),
      advertiseUserInfo: optional(flag, false),
      allowAnyPostLogoutRedirect: optional(flag, false),
      // protocol.md 13: on, and never for single-page applications.
      allowPlainPkce: optional(flag, true),
      strictRefreshRotation: optional(flag, false),
      // policy-language.md 14.3: claims of a policy that no step gives are warnings then, not errors.
      lenientClaimFlow: optional(flag, false),
    }),
  ),
});

export type TenantDocument = shapes.Shaped<typeof tenantShape>;

export function checkTenantDocument(tenant: TenantDocument, reading: JsonReading): void {
  const { durationInSeconds, maxDurationInSeconds } = tenant.smartLockout;
  if (maxDurationInSeconds < durationInSeconds) {
    reading.report(
      "TN004",
      "error",
      "smartLockout.maxDurationInSeconds",
      "The longest lock is shorter than the first.",
      {
        hint: `Set it to ${durationInSeconds} or more.`,
      },
    );
  }
  if (tenant.ageGating.isConfigured) {
    reading.report("TN190", "error", "ageGating.isConfigured", "Age gating is not supported yet.", {
      hint: "Set it to false.",
    });
  }
  if (tenant.b2cAuthenticationMethodsPolicy.isPhoneOneTimePasswordAuthenticationEnabled) {
    reading.report(
      "TN190",
      "error",
      "b2cAuthenticationMethodsPolicy.isPhoneOneTimePasswordAuthenticationEnabled",
      "Sign-in by phone is not supported yet.",
      {
        hint: "Set it to false.",
      },
    );
  }
  for (const member of ["bannerLogo", "backgroundImage"] as const) {
    const place = tenant.branding[member];
    if (place === undefined || /^https:\/\//i.test(place)) continue;
    if (/^[a-z]+:|^\/\/|(^|\/)\.\.(\/|$)/i.test(place)) {
      reading.report(
        "TN002",
        "error",
        `branding.${member}`,
        `'${place}' is neither an https address nor a path below 'assets'.`,
        {
          hint: "For example 'banner.svg'.",
        },
      );
    }
  }
}

const attributeName = /^(?:extension_(?:[0-9a-f]{32}_)?)?[A-Za-z][A-Za-z0-9_]*$/i;

/** `userFlowAttributes.json`: the tenant's custom attributes (user-flows.md 6.2, directory-and-graph.md 15.3). */
export const attributesShape = listOf(
  object(
    {
      id: required(text({ pattern: attributeName, describe: "a name of letters, digits and '_'" })),
      displayName: maybe(text({ maxLength: 256 })),
      description: optional(text({ maxLength: 1024 }), ""),
      dataType: required(oneOf("string", "boolean", "int64", "stringCollection", "dateTime")),
      userFlowAttributeType: optional(oneOf("custom", "builtIn"), "custom"),
    },
    { annotated: true },
  ),
);
