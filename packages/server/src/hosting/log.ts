/**
 * How requests and answers are written to the log: method, path, status, never a query string, a header or a cookie,
 * since codes, tokens, hints and passwords travel there (protocol.md S8).
 */
export const logSerializers = {
  req(request: { readonly id: string; readonly method: string; readonly url: string; readonly ip: string }) {
    return { id: request.id, method: request.method, path: pathOf(request.url), remoteAddress: request.ip };
  },
  res(reply: { readonly statusCode?: number }) {
    return { status: reply.statusCode ?? 0 };
  },
  err(error: Error & { readonly code?: string; readonly statusCode?: number }) {
    return {
      type: error.name,
      message: error.message,
      stack: error.stack ?? "",
      ...(error.code !== undefined && { code: error.code }),
      ...(error.statusCode !== undefined && { statusCode: error.statusCode }),
    };
  },
};

/** The path of a request target, without query string and fragment, for logs. */
export function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}
