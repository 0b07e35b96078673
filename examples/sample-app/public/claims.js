// What the claims of a token say, in a few words each.

const meanings = {
  acr: "policy that issued the token",
  aud: "application that the token is for",
  at_hash: "ties the access token to this token",
  auth_time: "when the person signed in",
  c_hash: "ties the code to this token",
  city: "city",
  country: "country or region",
  emails: "e-mail addresses of the account",
  exp: "when the token ends",
  family_name: "surname",
  given_name: "given name",
  iat: "when the token was issued",
  idp: "identity provider that vouched for the person",
  idp_access_token: "access token of the identity provider",
  iss: "issuer: who signed the token",
  jobTitle: "job title",
  name: "display name",
  nbf: "when the token begins",
  newUser: "true when the account was created in this run",
  nonce: "ties the token to this sign-in",
  oid: "object id of the account",
  postalCode: "postal code",
  sid: "session",
  state: "state or province",
  streetAddress: "street address",
  sub: "subject: who the person is",
  tfp: "policy that issued the token",
  tid: "tenant id",
  ver: "version of the token's form",
};

const times = new Set(["exp", "nbf", "iat", "auth_time"]);

/** Rows for the table of claims: those that nothing above explains come from the tenant or its API, and stand first. */
export function describeClaims(claims) {
  const rows = Object.entries(claims).map(([name, value]) => ({
    name,
    value: typeof value === "string" ? value : JSON.stringify(value),
    meaning: meaning(name, value),
    added: !Object.hasOwn(meanings, name),
  }));
  return [...rows.filter((row) => row.added), ...rows.filter((row) => !row.added)];
}

function meaning(name, value) {
  const text = meanings[name];
  if (text === undefined) {
    return name.startsWith("extension_")
      ? "custom attribute or claim of an API"
      : "added by the policy or an API";
  }
  return times.has(name) ? `${text}: ${new Date(value * 1000).toLocaleString()}` : text;
}
