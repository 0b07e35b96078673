// What people and directories hold, for requests of contract tests: by the names of the built-in attributes.

export const usualNames: Readonly<Record<string, string>> = {
  displayName: "Ida Lund",
  givenName: "Ida",
  surname: "Lund",
  jobTitle: "Engineer",
  streetAddress: "Storgatan 5",
  city: "Malmö",
  postalCode: "21119",
  state: "Skåne",
  country: "Sweden",
};

/** Scripts, directions, quotes, characters beyond 16 bits, a combining mark, and what must not be taken for SQL or a template. */
export const unicodeNames: Readonly<Record<string, string>> = {
  displayName: "Zoë Ångström 🦊",
  givenName: "李小龍",
  surname: 'O\'Brien-Łuk\u0301asz "Q" \\',
  jobTitle: "مهندسة; DROP TABLE users --",
  streetAddress: "1 Rue & Co {0} {x} ' OR 1=1",
  city: "Ψυχικό 𝔘𝔫𝔦",
  state: "\u202eedis thgir",
};
