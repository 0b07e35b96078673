import { type Answer, field } from "./authorization-answer.ts";
import { asObject, readObject } from "./json.ts";

/**
 * Claims that a provider posts beside the code, in the field `user` (Apple, at the first consent only): path → value.
 * Nobody signed them: they are what the browser says. Source: technical-profiles.md 21.1.
 */
export function bodyClaims(paths: readonly string[], answer: Answer): Record<string, unknown> {
  const posted = field(answer, "user");
  const user = posted === undefined ? undefined : readObject(posted);
  const found: Record<string, unknown> = {};
  if (user === undefined) return found;
  for (const path of paths) {
    const [first, ...names] = path.split(".");
    if (first !== "user" || names.length === 0) continue;
    let value: unknown = user;
    for (const name of names) {
      const object = asObject(value);
      value = object && Object.hasOwn(object, name) ? object[name] : undefined;
    }
    if (value !== undefined && value !== null) found[path] = value;
  }
  return found;
}
