import type { Application, Tenant } from "../tenant/tenant.ts";
import { ProtocolError } from "./errors.ts";

/** The one API that an access token is for. */
export interface GrantedResource {
  /** Client id of the API; becomes `aud`. */
  readonly clientId: string;
  /** As registered, in full form, or the client id for the application itself: the `scope` of the answer. */
  readonly scopes: readonly string[];
  /** Names without the API's URI: the claim `scp`. Empty where only the client id was asked for. */
  readonly names: readonly string[];
}

export interface GrantedScope {
  readonly openid: boolean;
  readonly offlineAccess: boolean;
  readonly resource?: GrantedResource;
}

/** What was asked for, understood but not yet authorised. */
export interface RequestedScope {
  readonly openid: boolean;
  readonly offlineAccess: boolean;
  readonly resource?: {
    /** Lower case. */
    readonly clientId: string;
    /** True where the client id itself was a scope. */
    readonly itself: boolean;
    readonly names: readonly string[];
    /** The API's identifier by which it was asked for, as registered. */
    readonly uri?: string;
  };
}

export function splitScope(text: string | undefined): readonly string[] {
  return [...new Set((text ?? "").split(" ").filter((scope) => scope !== ""))];
}

/**
 * Understands a list of scopes: protocol.md 5.
 *
 * @throws ProtocolError AADB2C90010, 90055, 90117, 90146, 99005
 */
export function readScope(
  tenant: Tenant,
  application: Application,
  scopes: readonly string[],
): RequestedScope {
  if (scopes.length === 0) throw new ProtocolError("AADB2C90010");
  const words = new Set<string>();
  const names: string[] = [];
  const resources = new Set<string>();
  let itself = false;
  let uri: string | undefined;
  for (const scope of scopes) {
    const illegal = /[^\x21\x23-\x5b\x5d-\x7e]/u.exec(scope);
    if (illegal) throw new ProtocolError("AADB2C99005", [illegal[0]]);
    const word = scope.toLowerCase();
    if (wordScopes.has(word)) {
      words.add(word);
    } else if (word === application.clientId.toLowerCase()) {
      itself = true;
      resources.add(word);
    } else {
      const found = findApi(tenant, scope);
      resources.add(found.api.clientId.toLowerCase());
      names.push(found.name);
      uri ??= found.uri;
    }
  }
  const [clientId] = resources;
  if (resources.size > 1) throw new ProtocolError("AADB2C90146", [scopes.join(" ")]);
  return {
    openid: words.has("openid"),
    offlineAccess: words.has("offline_access"),
    ...(clientId !== undefined && {
      resource: { clientId, itself, names, ...(uri !== undefined && { uri }) },
    }),
  };
}

/**
 * Grants of what was asked for what the API exposes and the application was given. Asked anew whenever tokens are made,
 * so that a permission that was taken away is gone with the next token.
 *
 * @throws ProtocolError AADB2C90205 where nothing of what was asked is granted
 */
export function authoriseScope(
  tenant: Tenant,
  application: Application,
  requested: RequestedScope,
): GrantedScope {
  const { openid, offlineAccess, resource } = requested;
  if (!resource) {
    if (!tenant.settings.alwaysIssueAccessToken) return { openid, offlineAccess };
    const own = { clientId: application.clientId, scopes: [application.clientId], names: [] };
    return { openid, offlineAccess, resource: own };
  }
  const api = tenant.applications.find(({ clientId }) => clientId.toLowerCase() === resource.clientId);
  const names = api ? grantedNames(application, api, resource.names) : [];
  const itself = resource.itself ? [application.clientId] : [];
  if (!api?.enabled || names.length + itself.length === 0) throw new ProtocolError("AADB2C90205");
  return {
    openid,
    offlineAccess,
    resource: {
      clientId: api.clientId,
      scopes: [...itself, ...names.map((name) => `${resource.uri ?? api.clientId}/${name}`)],
      names,
    },
  };
}

/** `profile` and `email` are accepted and ignored; MSAL always sends the first. */
const wordScopes = new Set(["openid", "offline_access", "profile", "email"]);

function findApi(
  tenant: Tenant,
  scope: string,
): { readonly api: Application; readonly uri: string; readonly name: string } {
  const slash = scope.lastIndexOf("/");
  const wanted = scope.slice(0, Math.max(slash, 0)).toLowerCase();
  const name = scope.slice(slash + 1);
  for (const api of tenant.applications) {
    for (const identifier of api.identifierUris) {
      const uri = identifier.replace(/\/$/, "");
      if (name !== "" && uri.toLowerCase() === wanted) return { api, uri, name };
    }
  }
  // `User.Read` and addresses of other APIs are scopes, only not ours; a bare word names no resource.
  if (slash >= 0 || scope.includes(".")) throw new ProtocolError("AADB2C90117", [scope]);
  throw new ProtocolError("AADB2C90055", [scope]);
}

/** Names as registered, of those that the API exposes, the application was granted, and the request asked for. */
function grantedNames(
  application: Application,
  api: Application,
  asked: readonly string[],
): readonly string[] {
  const wanted = new Set(asked.map((name) => name.toLowerCase()));
  const given = new Set(
    Object.entries(application.grantedScopes)
      .filter(([clientId]) => clientId.toLowerCase() === api.clientId.toLowerCase())
      .flatMap(([, names]) => names.map((name) => name.toLowerCase())),
  );
  return api.exposedScopes.filter((name) => {
    const word = name.toLowerCase();
    return given.has(word) && (wanted.has(word) || wanted.has(".default"));
  });
}

/**
 * The API of an application's own token, with the roles that it was granted there: `{AppIdUri}/.default` alone may be
 * asked for (protocol.md 4.1).
 *
 * @throws ProtocolError AADB2C90010, 90117, 90205
 */
export function applicationResource(
  tenant: Tenant,
  application: Application,
  scopes: readonly string[],
): GrantedResource {
  const [scope, ...others] = scopes;
  if (scope === undefined) throw new ProtocolError("AADB2C90010");
  if (others.length > 0 || !/\/\.default$/i.test(scope))
    throw new ProtocolError("AADB2C90117", [scopes.join(" ")]);
  const wanted = scope.slice(0, scope.lastIndexOf("/")).toLowerCase();
  const api = tenant.applications.find(
    ({ clientId, identifierUris }) =>
      clientId.toLowerCase() === wanted ||
      identifierUris.some((uri) => uri.replace(/\/$/, "").toLowerCase() === wanted),
  );
  if (!api) throw new ProtocolError("AADB2C90117", [scope]);
  const granted = new Set(application.grantedRoles[api.clientId]);
  const names = api.exposedRoles.filter((role) => granted.has(role));
  if (!api.enabled || names.length === 0) throw new ProtocolError("AADB2C90205");
  return { clientId: api.clientId, scopes: [scope], names };
}
