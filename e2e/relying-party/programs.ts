import { type Document, demo, tenantId } from "../connectors/documents.ts";
import { startWorld, type World } from "../connectors/world.ts";
import { policyFiles } from "./policies.ts";

export const tenantDomain = "contoso.onmicrosoft.com";

export const clients = {
  /** May use the resource owner password grant. */
  password: "bbbbbbbb-0000-4000-8000-0000000000a1",
  /** Public, without the implicit flow. */
  public: "bbbbbbbb-0000-4000-8000-0000000000a2",
  daemon: "bbbbbbbb-0000-4000-8000-0000000000a3",
  api: "bbbbbbbb-0000-4000-8000-0000000000a4",
} as const;
export const daemonSecret = "Secret-of-the-daemon-9b1c";
export const apiUri = "https://contoso.onmicrosoft.com/orders";

const role = (id: string, value: string, more: Document = {}) => ({
  id: `dddddddd-0000-4000-8000-0000000000${id}`,
  value,
  allowedMemberTypes: ["Application"],
  isEnabled: true,
  ...more,
});

const applications: readonly Document[] = [
  {
    appId: clients.password,
    displayName: "Kiosk",
    publicClient: { redirectUris: ["http://localhost:9/cb"] },
    isFallbackPublicClient: true,
    oauth2AllowImplicitFlow: true,
  },
  {
    appId: clients.public,
    displayName: "Public",
    isFallbackPublicClient: true,
    publicClient: { redirectUris: ["http://localhost:9/cb"] },
  },
  {
    appId: clients.daemon,
    displayName: "Daemon",
    passwordCredentials: [{ displayName: "Secret", secretText: daemonSecret }],
    requiredResourceAccess: [
      {
        resourceAppId: clients.api,
        resourceAccess: [
          { id: "dddddddd-0000-4000-8000-0000000000b1", type: "Role" },
          { id: "dddddddd-0000-4000-8000-0000000000b2", type: "Role" },
        ],
      },
    ],
  },
  {
    appId: clients.api,
    displayName: "Orders API",
    identifierUris: [apiUri],
    appRoles: [
      role("b1", "orders.read"),
      role("b2", "orders.write"),
      role("b3", "orders.erase"),
      role("b4", "orders.person", { allowedMemberTypes: ["User"] }),
    ],
  },
];

/** A server whose policies answer programs: a resource owner, an application of its own, a bearer of a token. */
export function startPrograms(): Promise<World> {
  return startWorld(({ origin }) => ({
    applications,
    files: policyFiles(origin, tenantId),
    flows: {
      B2C_1_owner: {
        id: "B2C_1_owner",
        userFlowType: "resourceOwner",
        userFlowTypeVersion: 3,
        authenticationMethods: "emailWithPassword",
        applicationClaims: ["displayName", "emails", "objectId"],
      },
    },
    accounts: [
      {
        identities: [{ signInType: "emailAddress", issuerAssignedId: "gone@contoso.example" }],
        accountEnabled: false,
        passwordProfile: { password: demo.password, forceChangePasswordNextSignIn: false },
        passwordPolicies: "DisablePasswordExpiration",
        attributes: { displayName: "Gone" },
      },
    ],
  }));
}

export interface ProgramAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
  /** `AADB2C90225 access_denied` */
  readonly problem: string;
}

export async function token(
  world: World,
  policy: string,
  fields: Readonly<Record<string, string>>,
): Promise<ProgramAnswer> {
  const response = await fetch(`${world.url}/${tenantDomain}/${policy}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams(fields),
  });
  const body = (await response.json()) as Record<string, unknown>;
  const code = String(body.error_description ?? "").split(":")[0];
  return { status: response.status, headers: response.headers, body, problem: `${code} ${body.error}` };
}

export const passwordRequest = {
  grant_type: "password",
  client_id: clients.password,
  username: demo.email,
  password: demo.password,
  scope: `openid offline_access ${clients.password}`,
  response_type: "token id_token",
};

export function claimsOf(jwt: unknown): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(String(jwt).split(".")[1] ?? "", "base64url").toString("utf8"));
}
