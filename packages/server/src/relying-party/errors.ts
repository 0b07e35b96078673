/** What is said about one error, whoever hears it. `{0}`, `{1}`, … are filled in. */
interface CatalogueEntry {
  /** OAuth error code for the application. */
  readonly error: string;
  /** HTTP status of a JSON answer, or of the error page. */
  readonly status: number;
  readonly text: string;
}

/** Every error that this room can raise, by its B2C code (journeys.md 13.2). A `/word` tells apart texts of one code. */
const catalogue = {
  AADB2C90006: {
    error: "invalid_grant",
    status: 400,
    text: "The redirect URI '{0}' provided in the request is not registered for the client id '{1}'.",
  },
  "AADB2C90006/redeem": {
    error: "invalid_grant",
    status: 400,
    text: "The redirect URI '{0}' provided in the request is not the one that the grant was issued for.",
  },
  AADB2C90007: {
    error: "invalid_request",
    status: 400,
    text: "The application associated with client id '{0}' has no registered redirect URIs.",
  },
  AADB2C90008: {
    error: "invalid_request",
    status: 400,
    text: "The request does not contain a client id parameter.",
  },
  AADB2C90010: {
    error: "invalid_request",
    status: 400,
    text: "The request does not contain a scope parameter.",
  },
  AADB2C90013: {
    error: "unsupported_response_type",
    status: 400,
    text: "The requested response type '{0}' provided in the request is not supported.",
  },
  AADB2C90014: {
    error: "invalid_request",
    status: 400,
    text: "The requested response mode '{0}' provided in the request is not supported.",
  },
  AADB2C90016: {
    error: "invalid_client",
    status: 401,
    text: "The requested client assertion type '{0}' is not supported.",
  },
  AADB2C90018: {
    error: "invalid_client",
    status: 401,
    text: "The client id '{0}' specified in the request is not registered in tenant '{1}'.",
  },
  AADB2C90019: {
    error: "server_error",
    status: 500,
    text: "The key container that signs the tokens of this policy has no valid key.",
  },
  AADB2C90022: {
    error: "invalid_request",
    status: 404,
    text: "Unable to return metadata for the policy '{0}' in tenant '{1}'.",
  },
  AADB2C90037: {
    error: "server_error",
    status: 500,
    text: "An error occurred while processing the request. Please contact administrator of the site you are trying to access.",
  },
  AADB2C90043: {
    error: "invalid_request",
    status: 400,
    text: "The prompt included in the request contains invalid values. Expected 'none', 'login', 'consent' or 'select_account'.",
  },
  AADB2C90055: {
    error: "invalid_scope",
    status: 400,
    text: "The scope '{0}' provided in request must specify a resource, such as 'https://example.com/calendar.read'.",
  },
  AADB2C90057: {
    error: "unauthorized_client",
    status: 400,
    text: "The provided application is not configured to allow the OAuth Implicit flow.",
  },
  AADB2C90067: {
    error: "invalid_request",
    status: 400,
    text: "The post logout redirect URI '{0}' has an invalid format. Specify an https based URL such as 'https://example.com/return' or for native clients use the IETF native client URI 'urn:ietf:wg:oauth:2.0:oob'.",
  },
  AADB2C90079: {
    error: "invalid_request",
    status: 400,
    text: "Clients must send a client_secret when redeeming a confidential grant.",
  },
  AADB2C90080: {
    error: "invalid_grant",
    status: 400,
    text: "The provided grant has expired. Please re-authenticate and try again. Current time: {0}, Grant issued time: {1}, Grant expiration time: {2}",
  },
  "AADB2C90080/slidingWindow": {
    error: "invalid_grant",
    status: 400,
    text: "The provided grant has expired. Please re-authenticate and try again. Current time: {0}, Grant issued time: {1}, Grant sliding window expiration time: {2}",
  },
  "AADB2C90080/replayed": {
    error: "invalid_grant",
    status: 400,
    text: "The provided grant was used before and has ended. Please re-authenticate and try again. Current time: {0}",
  },
  AADB2C90081: {
    error: "invalid_client",
    status: 401,
    text: "The specified client_secret does not match the expected value for this client. Please correct the client_secret and try again.",
  },
  AADB2C90083: {
    error: "invalid_request",
    status: 400,
    text: "The request is missing required parameter: {0}.",
  },
  AADB2C90084: {
    error: "invalid_request",
    status: 400,
    text: "Public clients should not send a client_secret when redeeming a publicly acquired grant.",
  },
  AADB2C90085: {
    error: "invalid_grant",
    status: 400,
    text: "The service has encountered an internal error. Please reauthenticate and try again.",
  },
  AADB2C90086: {
    error: "unsupported_grant_type",
    status: 400,
    text: "The supplied grant_type [{0}] is not supported.",
  },
  AADB2C90087: {
    error: "invalid_grant",
    status: 400,
    text: "The provided grant has not been issued for this version of the protocol endpoint.",
  },
  AADB2C90088: {
    error: "invalid_grant",
    status: 400,
    text: "The provided grant has not been issued for this endpoint. Actual Value : {0} and Expected Value : {1}",
  },
  "AADB2C90088/unknown": {
    error: "invalid_grant",
    status: 400,
    text: "The provided grant has not been issued for this endpoint.",
  },
  AADB2C90092: {
    error: "unauthorized_client",
    status: 400,
    text: "The provided application with ID '{0}' is disabled for the tenant '{1}'. Please enable the application and try again.",
  },
  AADB2C90110: {
    error: "invalid_request",
    status: 400,
    text: "The scope parameter must include 'openid' when requesting a response_type that includes 'id_token'.",
  },
  AADB2C90111: {
    error: "access_denied",
    status: 400,
    text: "Your account has been locked. Contact your support person to unlock it, then try again.",
  },
  AADB2C90115: {
    error: "invalid_request",
    status: 400,
    text: "When requesting the 'code' response_type, the scope parameter must include a resource or client ID for access tokens, and 'openid' for ID tokens. Additionally include 'offline_access' for refresh tokens.",
  },
  AADB2C90117: {
    error: "invalid_scope",
    status: 400,
    text: "The scope '{0}' provided in the request is not supported.",
  },
  AADB2C90120: {
    error: "invalid_request",
    status: 400,
    text: "The max age parameter '{0}' specified in the request is invalid. Max age must be an integer between '{1}' and '{2}' inclusive.",
  },
  AADB2C90122: {
    error: "invalid_request",
    status: 400,
    text: "Input for '{0}' received in the request has failed HTTP request validation. Ensure that it occurs once and holds no markup.",
  },
  AADB2C90128: {
    error: "invalid_grant",
    status: 400,
    text: "The account associated with this grant no longer exists. Please reauthenticate and try again.",
  },
  "AADB2C90128/bearer": {
    error: "invalid_token",
    status: 401,
    text: "The account associated with this token is not enabled.",
  },
  AADB2C90129: {
    error: "invalid_grant",
    status: 400,
    text: "The provided grant has been revoked. Please reauthenticate and try again.",
  },
  AADB2C90146: {
    error: "invalid_request",
    status: 400,
    text: "The scope '{0}' provided in request specifies more than one resource for an access token, which is not supported.",
  },
  AADB2C90182: {
    error: "invalid_grant",
    status: 400,
    text: "The supplied code_verifier does not match associated code_challenge.",
  },
  AADB2C90183: {
    error: "invalid_grant",
    status: 400,
    text: "The supplied code_verifier is invalid.",
  },
  "AADB2C90183/missing": {
    error: "invalid_request",
    status: 400,
    text: "The code_verifier that belongs to the code_challenge of this grant is missing.",
  },
  "AADB2C90183/challenge": {
    error: "invalid_request",
    status: 400,
    text: "The supplied code_challenge is invalid. It is the base64url text of a SHA-256 digest, or 43 to 128 letters, digits, '-', '.', '_' and '~'.",
  },
  AADB2C90184: {
    error: "invalid_request",
    status: 400,
    text: "The supplied code_challenge_method '{0}' is not supported for this request. Supported values are: {1}.",
  },
  AADB2C90205: {
    error: "unauthorized_client",
    status: 400,
    text: "This application does not have sufficient permissions against this web resource to perform the operation.",
  },
  AADB2C90208: {
    error: "server_error",
    status: 400,
    text: "The provided id_token_hint parameter is expired. Please provide another token and try again.",
  },
  AADB2C90209: {
    error: "server_error",
    status: 400,
    text: "The provided id_token_hint parameter does not contain an accepted audience. Please provide another token and try again.",
  },
  AADB2C90210: {
    error: "server_error",
    status: 400,
    text: "The provided id_token_hint parameter could not be validated. Please provide another token and try again.",
  },
  AADB2C90224: {
    error: "unauthorized_client",
    status: 400,
    text: "Resource owner flow has not been enabled for the application.",
  },
  AADB2C90226: {
    error: "invalid_request",
    status: 405,
    text: "The specified token exchange is only supported over HTTP POST.",
  },
  "AADB2C90226/userInfo": {
    error: "invalid_request",
    status: 405,
    text: "The UserInfo endpoint is only supported over HTTP GET.",
  },
  AADB2C90232: {
    error: "server_error",
    status: 400,
    text: "The provided id_token_hint parameter does not contain an accepted issuer. Please provide another token and try again.",
  },
  AADB2C90233: {
    error: "server_error",
    status: 400,
    text: "The provided id_token_hint parameter failed signature validation. Please provide another token and try again.",
  },
  AADB2C90234: {
    error: "server_error",
    status: 400,
    text: "The provided id_token_hint parameter is not yet valid. Please provide another token and try again.",
  },
  AADB2C90235: {
    error: "invalid_token",
    status: 401,
    text: "The provided token is expired.",
  },
  AADB2C90238: {
    error: "invalid_token",
    status: 401,
    text: "The provided token does not contain an accepted issuer.",
  },
  AADB2C90239: {
    error: "invalid_token",
    status: 401,
    text: "The provided token was not issued by this tenant to an application that is enabled.",
  },
  AADB2C90240: {
    error: "invalid_token",
    status: 401,
    text: "The request carries no bearer token.",
  },
  AADB2C90244: {
    error: "temporarily_unavailable",
    status: 429,
    text: "There are too many requests at this moment. Please wait for some time and try again.",
  },
  AADB2C90272: {
    error: "server_error",
    status: 400,
    text: "The id_token_hint parameter has not been specified in the request. Please provide token and try again.",
  },
  AADB2C90279: {
    error: "invalid_grant",
    status: 400,
    text: "The provided client id '{0}' does not match the client id that issued the grant.",
  },
  AADB2C90287: {
    error: "invalid_request",
    status: 400,
    text: "The request contains invalid redirect URI '{0}'.",
  },
  AADB2C90288: {
    error: "invalid_grant",
    status: 400,
    text: "UserJourney with id '{0}' referenced in TechnicalProfile '{1}' for refresh token redemption for tenant '{2}' does not exist in policy '{3}' or any of its base policies.",
  },
  AADB2C99005: {
    error: "invalid_scope",
    status: 400,
    text: "The request contains an invalid scope parameter which includes an illegal character '{0}'.",
  },
  AADB2C99059: {
    error: "invalid_request",
    status: 400,
    text: "The supplied request must present a code_challenge.",
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

export type ErrorKey = keyof typeof catalogue;

/** The catalogue, for its test and for the documentation that is made from it. */
export const errorCatalogue: Readonly<Record<string, CatalogueEntry>> = catalogue;

/** A refusal of this room. Which of page, redirect and JSON carries it, its catcher decides. */
export class ProtocolError extends Error {
  /** `AADB2C90006` and so on. */
  readonly code: string;
  /** OAuth error code. */
  readonly error: string;
  readonly status: number;

  constructor(key: ErrorKey, values: readonly string[] = []) {
    const entry = catalogue[key];
    super(entry.text.replace(/\{(\d)\}/g, (_, index: string) => singleLine(values[Number(index)] ?? "")));
    this.code = key.replace(/\/.*$/, "");
    this.error = entry.error;
    this.status = entry.status;
  }
}

/** `error_description` as journeys.md 13.1 lays it out. Clients look for the code at its beginning. */
export function describeError(code: string, message: string, correlationId: string, now: number): string {
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace("T", " ")}Z`;
  return `${singleLine(code)}: ${singleLine(message)}\r\nCorrelation ID: ${correlationId}\r\nTimestamp: ${timestamp}\r\n`;
}

/** protocol.md 14, S14: what is echoed never ends a line. Long values are cut: they are for reading only. */
function singleLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  return text.slice(0, 1000).replace(/[\u0000-\u001f\u007f]+/g, " ");
}
