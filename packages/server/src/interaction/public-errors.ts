import type { PublicError } from "../context.ts";

/** What this room tells a person by itself. Codes and deliveries: journeys.md 13.2, pages.md 1.15 and 1.17. */
const catalogue = {
  AADB2C90002: { status: 400, message: "The page's own template could not be found." },
  AADB2C90022: { status: 404, message: "There is no such page here." },
  AADB2C90035: {
    status: 503,
    message: "The service is temporarily unavailable. Please retry after a few minutes.",
  },
  AADB2C90046: {
    status: 400,
    message: "We are having trouble loading your current state. You might want to try starting over.",
  },
  AADB2C90048: { status: 500, message: "An unhandled exception has occurred on the server." },
  AADB2C90065: { status: 400, message: "An error occurred while loading the page's template." },
  AADB2C90149: { status: 400, message: "A script of the page failed to load." },
  AADB2C90206: { status: 400, message: "The page did not start in time." },
  AADB2C90211: {
    status: 400,
    message: "The request contained an incomplete state cookie. Cookies must be allowed for this site.",
  },
  AADB2C90212: {
    status: 400,
    message: "The request contained an invalid state cookie. You might want to try starting over.",
  },
  AADB2C90223: { status: 400, message: "The page's template could not be made safe." },
  AADB2C90244: {
    status: 429,
    message: "There are too many requests at this moment. Please wait for some time and try again.",
  },
} as const;

export type PublicErrorCode = keyof typeof catalogue;

export function publicError(code: PublicErrorCode, correlationId: string): PublicError {
  return { code, correlationId, ...catalogue[code] };
}

/** What a page's script reports (pages.md 1.15). The report is quoted where it is one of the known form. */
export function reportedError(report: string | undefined, correlationId: string): PublicError {
  const known = /^UX\d{3}$/.exec(report ?? "")?.[0];
  const codes: Readonly<Record<string, PublicErrorCode>> = {
    UX001: "AADB2C90206",
    UX002: "AADB2C90149",
    UX005: "AADB2C90002",
    UX017: "AADB2C90223",
  };
  const error = publicError((known === undefined ? undefined : codes[known]) ?? "AADB2C90065", correlationId);
  return {
    ...error,
    status: 200,
    message: known === undefined ? error.message : `${error.message} (${known})`,
  };
}
