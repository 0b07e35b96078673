/** .NET's name of an HTTP status, and its reason phrase (api-connectors.md B9: `{2}` and `{3}` of AADB2C90075). */
const statuses: Readonly<Record<number, readonly [name: string, reason: string]>> = {
  100: ["Continue", "Continue"],
  101: ["SwitchingProtocols", "Switching Protocols"],
  300: ["MultipleChoices", "Multiple Choices"],
  301: ["MovedPermanently", "Moved Permanently"],
  302: ["Redirect", "Found"],
  303: ["SeeOther", "See Other"],
  304: ["NotModified", "Not Modified"],
  305: ["UseProxy", "Use Proxy"],
  307: ["TemporaryRedirect", "Temporary Redirect"],
  308: ["PermanentRedirect", "Permanent Redirect"],
  400: ["BadRequest", "Bad Request"],
  401: ["Unauthorized", "Unauthorized"],
  402: ["PaymentRequired", "Payment Required"],
  403: ["Forbidden", "Forbidden"],
  404: ["NotFound", "Not Found"],
  405: ["MethodNotAllowed", "Method Not Allowed"],
  406: ["NotAcceptable", "Not Acceptable"],
  407: ["ProxyAuthenticationRequired", "Proxy Authentication Required"],
  408: ["RequestTimeout", "Request Timeout"],
  409: ["Conflict", "Conflict"],
  410: ["Gone", "Gone"],
  411: ["LengthRequired", "Length Required"],
  412: ["PreconditionFailed", "Precondition Failed"],
  413: ["RequestEntityTooLarge", "Request Entity Too Large"],
  414: ["RequestUriTooLong", "Request-URI Too Long"],
  415: ["UnsupportedMediaType", "Unsupported Media Type"],
  416: ["RequestedRangeNotSatisfiable", "Requested Range Not Satisfiable"],
  417: ["ExpectationFailed", "Expectation Failed"],
  421: ["MisdirectedRequest", "Misdirected Request"],
  422: ["UnprocessableEntity", "Unprocessable Entity"],
  423: ["Locked", "Locked"],
  424: ["FailedDependency", "Failed Dependency"],
  426: ["UpgradeRequired", "Upgrade Required"],
  428: ["PreconditionRequired", "Precondition Required"],
  429: ["TooManyRequests", "Too Many Requests"],
  431: ["RequestHeaderFieldsTooLarge", "Request Header Fields Too Large"],
  451: ["UnavailableForLegalReasons", "Unavailable For Legal Reasons"],
  500: ["InternalServerError", "Internal Server Error"],
  501: ["NotImplemented", "Not Implemented"],
  502: ["BadGateway", "Bad Gateway"],
  503: ["ServiceUnavailable", "Service Unavailable"],
  504: ["GatewayTimeout", "Gateway Timeout"],
  505: ["HttpVersionNotSupported", "HTTP Version Not Supported"],
  506: ["VariantAlsoNegotiates", "Variant Also Negotiates"],
  507: ["InsufficientStorage", "Insufficient Storage"],
  508: ["LoopDetected", "Loop Detected"],
  510: ["NotExtended", "Not Extended"],
  511: ["NetworkAuthenticationRequired", "Network Authentication Required"],
};

/** A status outside the list is named by its number. */
export function statusName(status: number): string {
  return statuses[status]?.[0] ?? String(status);
}

export function reasonPhrase(status: number): string {
  return statuses[status]?.[1] ?? String(status);
}
