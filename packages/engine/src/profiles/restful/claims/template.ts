import type { Diagnostic, TechnicalProfile } from "@vestibule/policy";
import { nearestName } from "@vestibule/policy";
import { isJsonObject, type Json, parseJson } from "../json.ts";
import type { MetadataReader, Reading } from "../metadata-reader.ts";

/** A request body with holes for claims, read once. */
export interface RequestTemplate {
  readonly body: Json;
}

/** What the holes of a template may name, without regard to case. */
export interface Holes {
  readonly names: readonly string[];
  /** In sentences: "input claim of the profile". */
  readonly what: string;
  /** Those of them, in lower case, that have a JSON value and no text. */
  readonly withoutText?: ReadonlySet<string>;
}

export interface TemplateProblem {
  /** Begins with a verb; its subject is the template. */
  readonly message: string;
  readonly hint?: string;
}

const key = "vestibule.requestTemplate";
const hole = /\{([A-Za-z][\w.-]*)\}/g;
const wholeHole = /^\{([A-Za-z][\w.-]*)\}$/;

/**
 * A JSON object whose texts hold `{claim}`: a text that is nothing else becomes the claim's JSON value, a longer one gets
 * the claim's text. Anything that the holes cannot name is refused when the policy is loaded.
 */
export function readRequestTemplate(
  item: MetadataReader,
  hasOwnBody: boolean,
  holes: Holes,
): Reading<RequestTemplate | undefined> {
  const text = item.text(key);
  if (text === undefined) return { value: undefined };
  const refuse = ({ message, hint }: TemplateProblem): { readonly problem: Diagnostic } => ({
    problem: item.problem("PL302", `metadata item '${key}' ${message}`, hint),
  });
  if (!hasOwnBody) {
    return refuse({
      message:
        "is for a request with a body of its own: SendClaimsIn is Body, without ClaimUsedForRequestPayload.",
    });
  }
  const body = parseJson(text);
  if (!isJsonObject(body)) return refuse({ message: "is not a JSON object." });
  for (const each of textsIn(body)) {
    const problem = templateTextProblem(each, holes);
    if (problem) return refuse(problem);
  }
  return { value: { body } };
}

/** What is wrong with one text of a template; undefined where each hole can be filled. */
export function templateTextProblem(text: string, holes: Holes): TemplateProblem | undefined {
  for (const [, name = ""] of text.matchAll(hole)) {
    const lower = name.toLowerCase();
    if (!holes.names.some((known) => known.toLowerCase() === lower)) {
      // A custom attribute's bare name is the commonest mistake.
      const near =
        holes.names.find((known) => known.toLowerCase() === `extension_${lower}`) ??
        nearestName(name, holes.names);
      return {
        message: `names '${name}', which is no ${holes.what}.`,
        ...(near !== undefined && { hint: `Did you mean '${near}'?` }),
      };
    }
    if (holes.withoutText?.has(lower) && !wholeHole.test(text)) {
      return {
        message: `writes '${name}' into a text, and it is none.`,
        hint: `Let it stand alone: "{${name}}".`,
      };
    }
  }
  return undefined;
}

/** A custom policy's template names input claims, by partner name or id. */
export function claimHoles(profile: TechnicalProfile): Holes {
  const names = profile.inputClaims.flatMap(({ claimTypeReferenceId: id, partnerClaimType: name }) =>
    name === undefined ? [id] : [name, id],
  );
  return { names, what: "input claim of the profile" };
}

function textsIn(json: Json): readonly string[] {
  if (typeof json === "string") return [json];
  if (Array.isArray(json)) return json.flatMap(textsIn);
  return isJsonObject(json) ? Object.values(json).flatMap(textsIn) : [];
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
  const whole = wholeHole.exec(text)?.[1];
  if (whole !== undefined) return filling.json(whole);
  return JSON.stringify(text.replace(hole, (_, name: string) => filling.text(name) ?? ""));
}
