import { TLSSocket } from "node:tls";
import type { FastifyRequest } from "fastify";
import { decodeJwt } from "jose";
import { type Agent, request as send } from "undici";
import type { ServerContext } from "../context.ts";
import { policyPath, type Run, type RunProof } from "./run.ts";

export type RunAnswer =
  | { readonly kind: "problem"; readonly message: string }
  | { readonly kind: "refused"; readonly error: string; readonly description: string }
  | {
      readonly kind: "tokens";
      readonly claims: Readonly<Record<string, unknown>>;
      readonly signed: boolean;
      readonly names: readonly string[];
    };

/**
 * Reads the address at which the browser ended, and redeems its code at the token endpoint of this server as the
 * application would, through the listener that the request came by. Keeps no token.
 */
export async function readAnswer(
  agent: Agent,
  context: ServerContext,
  request: FastifyRequest,
  run: Run,
  proof: RunProof,
  address: string,
): Promise<RunAnswer> {
  const fields = answerFields(address);
  if (fields.size === 0) {
    return {
      kind: "problem",
      message: "There is no answer in that. Copy the whole address, from http to its end.",
    };
  }
  if (fields.get("state") !== proof.state) {
    return {
      kind: "problem",
      message: "That answer belongs to another run. Copy the address of the run that began here.",
    };
  }
  const error = fields.get("error");
  if (error !== null) {
    return { kind: "refused", error, description: fields.get("error_description") ?? "" };
  }
  const code = fields.get("code");
  if (code === null) return { kind: "problem", message: "That address holds no code." };

  const reference = run.application.secrets[0]?.storageReference;
  const secret = reference === undefined ? undefined : await context.ports(run.tenant).keys.secret(reference);
  const answer = await send(`${ownListener(request)}${policyPath(run, "oauth2/v2.0/token")}`, {
    method: "POST",
    dispatcher: agent,
    // The issuer follows the host of the request: protocol.md 1.
    headers: {
      host: request.host,
      // Counts where the operator trusts proxies on this machine, and then only.
      "x-forwarded-proto": request.protocol,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: run.application.clientId,
      code,
      redirect_uri: run.redirectUri,
      code_verifier: proof.verifier,
      ...(secret !== undefined && { client_secret: secret }),
    }).toString(),
  });
  const body = (await answer.body.json()) as Readonly<Record<string, unknown>>;
  if (answer.statusCode !== 200) {
    return {
      kind: "refused",
      error: String(body.error ?? answer.statusCode),
      description: String(body.error_description ?? ""),
    };
  }
  const token = String(body.id_token ?? body.access_token ?? "");
  const claims = decodeJwt(token);
  // OpenID Connect Core 3.1.3.7: the application must find its nonce again.
  if (claims.nonce !== undefined && claims.nonce !== proof.nonce) {
    return { kind: "problem", message: "The token's nonce is that of another request." };
  }
  return {
    kind: "tokens",
    claims,
    signed: (await context.signing.verify(run.tenant, token)) !== undefined,
    names: Object.keys(body),
  };
}

/** The listener that a request came by, whatever a proxy says about it. */
function ownListener({ socket }: FastifyRequest): string {
  const { localAddress = "127.0.0.1", localPort } = socket;
  const name = localAddress.includes(":") ? `[${localAddress}]` : localAddress;
  return `${socket instanceof TLSSocket ? "https" : "http"}://${name}:${localPort}`;
}

/** Query and fragment of an address; bare parameters count too. */
function answerFields(address: string): URLSearchParams {
  const text = address.trim();
  const fields = new URLSearchParams();
  const parts = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text.split(/[?#]/).slice(1) : [text.replace(/^[?#]/, "")];
  for (const part of parts) {
    for (const [name, value] of new URLSearchParams(part)) if (value !== "") fields.set(name, value);
  }
  return fields;
}
