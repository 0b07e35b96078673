import type { IncomingCall } from "../call.ts";
import { readCertificate } from "../certificate.ts";
import type { Connector } from "../connector.ts";
import { decodeBase64 } from "../constant-time.ts";
import { settle } from "./settle.ts";

interface ClientCertificateShape {
  readonly clientCertPem?: string | undefined;
}

/**
 * The part of an event that is read: function URLs and HTTP APIs (payload 2.0), REST APIs and load balancers
 * (payload 1.0).
 */
export interface LambdaEvent {
  readonly headers?: Readonly<Record<string, string | undefined>> | null | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
  readonly requestContext?:
    | {
        readonly http?: { readonly method: string } | undefined;
        readonly authentication?: { readonly clientCert?: ClientCertificateShape | undefined } | null;
        readonly identity?: { readonly clientCert?: ClientCertificateShape | null | undefined } | undefined;
      }
    | undefined;
  readonly rawPath?: string | undefined;
  readonly rawQueryString?: string | undefined;
  readonly httpMethod?: string | undefined;
  readonly path?: string | undefined;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null | undefined;
}

export interface LambdaResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

/**
 * A handler for AWS Lambda. API Gateway verifies client certificates against its trust store before the event is made.
 *
 * @example
 * export const handler = toLambda(api);
 */
export function toLambda(connector: Connector): (event: LambdaEvent) => Promise<LambdaResponse> {
  return async (event) => {
    const { status, headers, body } = await settle(connector, () => readEvent(event));
    return { statusCode: status, headers: { ...headers }, body, isBase64Encoded: false };
  };
}

async function readEvent(event: LambdaEvent): Promise<IncomingCall> {
  const { requestContext } = event;
  const headers = new Map(
    Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const presented = requestContext?.authentication?.clientCert ?? requestContext?.identity?.clientCert;
  const certificate = await readCertificate(presented?.clientCertPem);
  const path = event.rawPath ?? event.path ?? "/";
  const query = event.rawQueryString ?? queryOf(event.queryStringParameters);
  return {
    method: requestContext?.http?.method ?? event.httpMethod ?? "",
    url: query === "" ? path : `${path}?${query}`,
    header: (name) => headers.get(name.toLowerCase()),
    body: bodyOf(event),
    certificate,
    chainVerified: certificate !== undefined,
  };
}

function bodyOf({ body, isBase64Encoded }: LambdaEvent): Uint8Array {
  if (!body) return new Uint8Array();
  const bytes = isBase64Encoded === true ? decodeBase64(body) : new TextEncoder().encode(body);
  if (!bytes) throw new TypeError("The event's body is not base64, although it says so.");
  return bytes;
}

function queryOf(parameters: LambdaEvent["queryStringParameters"]): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters ?? {})) query.append(name, value ?? "");
  return query.toString();
}
