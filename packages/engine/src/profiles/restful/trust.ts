import type { Diagnostic, TechnicalProfile } from "@vestibule/policy";
import { headerName, keyReference } from "./authentication.ts";
import { type MetadataReader, oneOf, ownPrefix, type Reading } from "./metadata-reader.ts";

/** How the API can tell that a request is ours and unchanged. */
export type RequestSignature =
  /** Storage reference ids of the shared keys, the present one first. */
  { readonly kind: "hmac"; readonly keys: readonly string[] } | { readonly kind: "jwt" };

/** A further header: a fixed text, or a secret by its storage reference id. */
export type FurtherHeader = { readonly name: string } & (
  | { readonly text: string }
  | { readonly key: string }
);

export interface Trust {
  readonly headers: readonly FurtherHeader[];
  readonly signature?: RequestSignature;
  /** Whether the journey's correlation id goes along. */
  readonly correlationId: boolean;
}

export const headerPrefix = `${ownPrefix}header.`;
const signingKeys = ["vestibule.SigningKey", "vestibule.PreviousSigningKey"] as const;

/** Headers that belong to the transport, to another setting, or to the signature. */
const reserved =
  /^(host|content-length|content-type|content-encoding|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|authorization|proxy-.*|cookie|accept-encoding|idempotency-key|x-correlation-id|vestibule-.*)$/i;

export function readTrust(
  item: MetadataReader,
  profile: TechnicalProfile,
  report: (problem: Diagnostic) => void,
): Trust {
  const take = <T>(reading: Reading<T>, otherwise: T): T => {
    if ("value" in reading) return reading.value;
    report(reading.problem);
    return otherwise;
  };
  const kind = take(
    oneOf(item, "vestibule.signature", ["None", "HmacSha256", "Jwt"] as const, "None"),
    "None" as const,
  );
  const keys = signingKeys.flatMap((id) => keyReference(profile, id) ?? []);
  if (kind === "HmacSha256" && keyReference(profile, signingKeys[0]) === undefined) {
    report(
      item.problem(
        "PL314",
        `the cryptographic key '${signingKeys[0]}' is missing, which signs the requests.`,
      ),
    );
  }
  return {
    headers: readHeaders(item, profile, report),
    ...(kind === "HmacSha256" && { signature: { kind: "hmac" as const, keys } }),
    ...(kind === "Jwt" && { signature: { kind: "jwt" as const } }),
    correlationId: take(item.boolean("vestibule.correlationId", false), false),
  };
}

function readHeaders(
  item: MetadataReader,
  profile: TechnicalProfile,
  report: (problem: Diagnostic) => void,
): readonly FurtherHeader[] {
  const headers: FurtherHeader[] = [
    ...item
      .ownItems()
      .filter((key) => key.toLowerCase().startsWith(headerPrefix))
      .map((key) => ({ name: key.slice(headerPrefix.length), text: item.text(key) ?? "" })),
    ...profile.cryptographicKeys
      .filter(({ id }) => id.toLowerCase().startsWith(headerPrefix))
      .map(({ id, storageReferenceId }) => ({
        name: id.slice(headerPrefix.length),
        key: storageReferenceId,
      })),
  ];
  const seen = new Set<string>();
  for (const header of headers) {
    const { name } = header;
    const problem = !headerName.test(name)
      ? "is not the name of a header"
      : reserved.test(name)
        ? "is a header that a profile cannot set"
        : seen.has(name.toLowerCase())
          ? "is set twice"
          : "text" in header && !isHeaderText(header.text)
            ? "has a value that cannot stand in a header"
            : undefined;
    if (problem) report(item.problem("PL302", `'${headerPrefix}${name}' ${problem}.`));
    seen.add(name.toLowerCase());
  }
  return headers;
}

/** Visible ASCII and blanks: nothing that could end the header. */
export function isHeaderText(text: string): boolean {
  return /^[\t\x20-\x7e]*$/.test(text);
}
