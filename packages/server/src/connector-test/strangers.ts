import type { HttpCall } from "@vestibule/engine";
import type { Alteration } from "./case.ts";

/** With what the server proves to the API who calls. */
export interface Proof {
  readonly kind: "none" | "basic" | "bearer" | "apiKeyHeader" | "clientCertificate";
  /** Of `apiKeyHeader`. */
  readonly header?: string;
  readonly isSigned: boolean;
  /** Where there is nothing else, a key may stand in the address. */
  readonly hasQuery: boolean;
}

/** Whether any case can look if the API checks its caller. */
export function provesItself({ kind, isSigned, hasQuery }: Proof): boolean {
  return kind !== "none" || isSigned || hasQuery;
}

export interface Stranger {
  readonly id: string;
  readonly title: string;
  readonly alter: Alteration;
}

/** Callers who are not the server, and look nearly like it. */
export function strangersOf(proof: Proof): readonly Stranger[] {
  return [...(proof.isSigned ? forgers : []), ...withWrongCredentials(proof)];
}

/** Whoever has the credentials but not the signing key. */
const forgers: readonly Stranger[] = [
  stranger(
    "no-signature",
    "without a signature",
    changeHeader("vestibule-signature", () => undefined),
  ),
  stranger(
    "wrong-signature",
    "signed with a wrong key",
    changeHeader("vestibule-signature", (value) =>
      value.replace(/v1=([^,]*)/g, (_, signature: string) => `v1=${[...signature].reverse().join("")}`),
    ),
  ),
];

function withWrongCredentials({ kind, header = "", hasQuery }: Proof): readonly Stranger[] {
  switch (kind) {
    case "none":
      return hasQuery ? [stranger("no-key", "without the address's query", withoutQuery)] : [];
    case "basic":
      return [
        stranger(
          "no-credentials",
          "without credentials",
          changeHeader("authorization", () => undefined),
        ),
        stranger(
          "wrong-password",
          "with a wrong password",
          changeBasic((user, password) => [
            user,
            `${password.slice(0, -1)}${password.endsWith("x") ? "y" : "x"}`,
          ]),
        ),
        stranger(
          "wrong-user-name",
          "with a wrong user name",
          changeBasic((user, password) => [`${user}x`, password]),
        ),
        stranger(
          "shorter-password",
          "with the beginning of the password",
          changeBasic((user, password) => [user, password.slice(0, -1)]),
        ),
      ];
    case "bearer":
      return withWrongText("authorization", "token");
    case "apiKeyHeader":
      return withWrongText(header, "key");
    case "clientCertificate":
      return [stranger("no-credentials", "without credentials", withoutCertificate)];
  }
}

function withWrongText(header: string, what: "key" | "token"): readonly Stranger[] {
  return [
    stranger(
      "no-credentials",
      "without credentials",
      changeHeader(header, () => undefined),
    ),
    stranger(
      `wrong-${what}`,
      `with a wrong ${what}`,
      changeHeader(header, (value) => `${value}x`),
    ),
    stranger(
      `shorter-${what}`,
      `with the beginning of the ${what}`,
      changeHeader(header, (value) => value.slice(0, -1)),
    ),
  ];
}

function stranger(id: string, title: string, alter: Alteration): Stranger {
  return { id, title, alter };
}

/** Undefined leaves the header out. */
function changeHeader(name: string, change: (value: string) => string | undefined): Alteration {
  const wanted = name.toLowerCase();
  return (call) => {
    const headers = Object.entries(call.headers).flatMap(([header, value]) => {
      const changed = header.toLowerCase() === wanted ? change(value) : value;
      return changed === undefined ? [] : [[header, changed] as const];
    });
    return { ...call, headers: Object.fromEntries(headers) };
  };
}

function changeBasic(
  change: (user: string, password: string) => readonly [user: string, password: string],
): Alteration {
  return changeHeader("authorization", (value) => {
    const text = Buffer.from(value.replace(/^Basic /, ""), "base64").toString("utf8");
    const colon = text.indexOf(":");
    const changed = change(text.slice(0, colon), text.slice(colon + 1)).join(":");
    return `Basic ${Buffer.from(changed, "utf8").toString("base64")}`;
  });
}

function withoutQuery(call: HttpCall): HttpCall {
  return { ...call, url: call.url.replace(/\?.*$/s, "") };
}

function withoutCertificate({ clientCertificate: _, ...call }: HttpCall): HttpCall {
  return call;
}
