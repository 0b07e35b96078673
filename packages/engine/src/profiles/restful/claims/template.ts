import type { Diagnostic, TechnicalProfile } from "@vestibule/policy";
import { nearestName } from "@vestibule/policy";
import { isJsonObject, type Json, parseJson } from "../json.ts";
import type { MetadataReader, Reading } from "../metadata-reader.ts";

/** A request body with holes for claims, read once. */
export interface RequestTemplate {
  readonly body: Json;
}

const key = "vestibule.requestTemplate";
const hole = /\{([A-Za-z][\w.-]*)\}/g;

/**
 * A JSON object whose texts hold `{claim}`: a text that is nothing else becomes the claim's JSON value, a longer one gets
 * the claim's text. Names are input claims, by partner name or id; anything else is refused when the policy is loaded.
 */
export function readRequestTemplate(
  item: MetadataReader,
  profile: TechnicalProfile,
  others: { readonly isBody: boolean; readonly hasPayload: boolean; readonly isConnector: boolean },
): Reading<RequestTemplate | undefined> {
  const text = item.text(key);
  if (text === undefined) return { value: undefined };
  const refuse = (message: string, hint?: string): { readonly problem: Diagnostic } => ({
    problem: item.problem("PL302", `metadata item '${key}' ${message}`, hint),
  });
  if (!others.isBody || others.hasPayload || others.isConnector) {
    return refuse(
      "is for a request with a body of its own: SendClaimsIn is Body, without ClaimUsedForRequestPayload.",
    );
  }
  const body = parseJson(text);
  if (!isJsonObject(body)) return refuse("is not a JSON object.");
  const names = profile.inputClaims.flatMap(({ claimTypeReferenceId: id, partnerClaimType: name }) =>
    name === undefined ? [id] : [name, id],
  );
  const known = new Set(names.map((name) => name.toLowerCase()));
  for (const name of namesIn(body)) {
    if (known.has(name.toLowerCase())) continue;
    const near = nearestName(name, names);
    return refuse(
      `names '${name}', which is no input claim of the profile.`,
      near && `Did you mean '${near}'?`,
    );
  }
  return { value: { body } };
}

function namesIn(json: Json): readonly string[] {
  if (typeof json === "string") return [...json.matchAll(hole)].flatMap(([, name]) => name ?? []);
  if (Array.isArray(json)) return json.flatMap(namesIn);
  return isJsonObject(json) ? Object.values(json).flatMap(namesIn) : [];
}

/** What fills a hole; undefined = the claim has no value. */
export interface Filling {
  /** JSON text. */
  json(name: string): string | undefined;
  text(name: string): string | undefined;
}

/** The body with its holes filled. A member or element whose claim has no value is left out, as everywhere (B4). */
export function fillTemplate(template: RequestTemplate, filling: Filling): string {
  return render(template.body, filling) ?? "{}";
}

function render(json: Json, filling: Filling): string | undefined {
  if (typeof json === "string") return renderText(json, filling);
  if (Array.isArray(json)) {
    return `[${json.flatMap((element) => render(element, filling) ?? []).join(",")}]`;
  }
  if (!isJsonObject(json)) return JSON.stringify(json);
  const members = Object.entries(json).flatMap(([name, value]) => {
    const rendered = render(value, filling);
    return rendered === undefined ? [] : `${JSON.stringify(name)}:${rendered}`;
  });
  return `{${members.join(",")}}`;
}

function renderText(text: string, filling: Filling): string | undefined {
  const whole = /^\{([A-Za-z][\w.-]*)\}$/.exec(text)?.[1];
  if (whole !== undefined) return filling.json(whole);
  return JSON.stringify(text.replace(hole, (_, name: string) => filling.text(name) ?? ""));
}
