import { collect } from "../call.ts";
import { readCertificate } from "../certificate.ts";
import type { Connector } from "../connector.ts";
import { settle } from "./settle.ts";

/** The part of `HttpRequest` of the Node programming model v4 that is read. */
export interface AzureRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | ReadableStream | null;
}

/** `HttpResponseInit` of the Node programming model v4. */
export interface AzureResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface AzureOptions {
  /**
   * True where the function app demands client certificates: App Service then sets `X-ARR-ClientCert` itself and drops
   * what a caller sends under that name. Default false: the header is not read.
   */
  readonly clientCertificates?: boolean;
}

/**
 * A handler for Azure Functions, programming model v4. The platform hands the client certificate over without having
 * verified its chain: demand thumbprints.
 *
 * @example
 * app.http("sign-up", { methods: ["POST"], authLevel: "function", handler: toAzureFunction(api) });
 */
export function toAzureFunction(
  connector: Connector,
  options: AzureOptions = {},
): (request: AzureRequest) => Promise<AzureResponse> {
  return async (request) => {
    const { status, headers, body } = await settle(connector, async () => ({
      method: request.method,
      url: request.url,
      header: (name) => request.headers.get(name) ?? undefined,
      body: request.body
        ? await collect(request.body as AsyncIterable<Uint8Array>, connector.maxBodyBytes)
        : new Uint8Array(),
      certificate: options.clientCertificates
        ? await readCertificate(request.headers.get("x-arr-clientcert"))
        : undefined,
    }));
    return { status, headers: { ...headers }, body };
  };
}
