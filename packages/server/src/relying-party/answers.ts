import type { JourneyState } from "@vestibule/engine";
import type { ApplicationAnswer, ServerContext } from "../context.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { refuseDisabledAccount } from "./account-state.ts";
import type { ApplicationAnswers } from "./contract.ts";
import { describeError, ProtocolError } from "./errors.ts";
import { asProtocolError } from "./foreign-errors.ts";
import { grantOf, issueCode } from "./grants.ts";
import { authoriseScope, type GrantedScope, readScope } from "./scope.ts";
import { clientInfo, signAccessToken, signIdToken, type TokenSubject } from "./tokens.ts";

type Field = readonly [name: string, value: string];

/** Turns ends of journeys into answers for the application. */
export function createApplicationAnswers(context: ServerContext): ApplicationAnswers {
  const failed: ApplicationAnswers["failed"] = ({ id, request }, error) =>
    errorAnswer(request, { ...error, correlationId: id }, context.now());

  return {
    failed,
    async issued(tenant, policy, state, outcome) {
      try {
        const { request } = state;
        // Asked anew: what was taken from the application while the person was busy is gone. security 6.3, row 22
        const scope = currentScope(tenant, state);
        // C188: never an empty subject
        if (outcome.subject === "") throw new ProtocolError("AADB2C90037");
        const now = Math.floor(context.now() / 1000);
        const about: TokenSubject = {
          tenant,
          policyId: policy.id,
          origin: request.origin,
          clientId: request.clientId,
          subject: outcome.subject,
          authTime: outcome.authTime,
          ...(request.nonce !== undefined && { nonce: request.nonce }),
          claims: outcome.claims,
          issuer: outcome.issuer,
        };
        const asked = new Set(request.responseType);
        // A code is asked about when it is redeemed; tokens that go out at once are asked about now.
        if (asked.has("id_token") || asked.has("token"))
          await refuseDisabledAccount(context, tenant, outcome.objectId, "AADB2C90111");
        const code = asked.has("code")
          ? await issueCode(context, tenant, grantOf(policy, state, outcome, now), now)
          : undefined;
        const accessToken =
          asked.has("token") && scope.resource
            ? await signAccessToken(context, about, now, scope.resource)
            : undefined;
        const idToken = asked.has("id_token")
          ? await signIdToken(context, about, now, { accessToken, code })
          : undefined;
        return {
          redirectUri: request.redirectUri,
          mode: request.responseMode,
          fields: inOrder(request.responseMode, {
            opening: [
              ...(request.state !== undefined ? [["state", request.state] as const] : []),
              ...(request.clientInfo
                ? [
                    [
                      "client_info",
                      clientInfo(tenant, policy.id, outcome.objectId ?? outcome.subject),
                    ] as const,
                  ]
                : []),
            ],
            code: code === undefined ? [] : [["code", code]],
            idToken: idToken === undefined ? [] : [["id_token", idToken]],
            accessToken:
              accessToken === undefined
                ? []
                : [
                    ["access_token", accessToken],
                    ["token_type", "Bearer"],
                    ["expires_in", String(outcome.issuer.accessTokenLifetime)],
                    ["scope", scope.resource?.scopes.join(" ") ?? ""],
                  ],
          }),
          ...(code !== undefined && { code }),
        };
      } catch (error) {
        const known = asProtocolError(error);
        if (!known) throw error;
        if (known.status >= 500) context.log.error({ err: error, correlationId: state.id }, "no tokens");
        const { code, message } = known;
        return failed(state, { kind: "relyingPartyError", error: known.error, code, message });
      }
    },
  };
}

/** An answer with `error`, `error_description` and `state`: protocol.md 3.3. */
export function errorAnswer(
  request: {
    readonly redirectUri: string;
    readonly responseMode: ApplicationAnswer["mode"];
    readonly state?: string | undefined;
  },
  error: {
    readonly error: string;
    readonly code: string;
    readonly message: string;
    readonly correlationId: string;
  },
  now: number,
): ApplicationAnswer {
  return {
    redirectUri: request.redirectUri,
    mode: request.responseMode,
    fields: [
      ["error", error.error],
      ["error_description", describeError(error.code, error.message, error.correlationId, now)],
      ...(request.state !== undefined ? [["state", request.state] as const] : []),
    ],
  };
}

function currentScope(tenant: Tenant, state: JourneyState): GrantedScope {
  const { request } = state;
  const application = tenant.applications.find(({ clientId }) => clientId === request.clientId);
  if (!application?.enabled) throw new ProtocolError("AADB2C90092", [request.clientId, tenant.defaultDomain]);
  return authoriseScope(tenant, application, readScope(tenant, application, request.scope));
}

/** `code` comes last in a URL, since clients cut everything behind `code=`; before the tokens in a form. pages.md 1.12 */
function inOrder(
  mode: ApplicationAnswer["mode"],
  parts: Readonly<Record<"opening" | "code" | "idToken" | "accessToken", readonly Field[]>>,
): readonly Field[] {
  return mode === "form_post"
    ? [...parts.opening, ...parts.code, ...parts.idToken, ...parts.accessToken]
    : [...parts.opening, ...parts.idToken, ...parts.accessToken, ...parts.code];
}
