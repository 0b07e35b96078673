import type { ClaimType } from "@vestibule/policy";
import { dotNetPattern } from "./dotnet/regular-expression.ts";

/** A value as a page displays it: the claim itself stays as it is. Source: policy-language.md 3.4. */
export function masked({ mask }: ClaimType, text: string): string {
  if (!mask) return text;
  if (mask.type === "Simple") return mask.pattern.slice(0, text.length) + text.slice(mask.pattern.length);
  const pattern = dotNetPattern(mask.pattern);
  const replaced = pattern.kind === "pattern" ? pattern.replace(text, mask.replacement ?? "") : undefined;
  // What cannot be masked is not shown: the mask is there to hide it.
  return replaced ?? "*".repeat(Math.min(text.length, 16));
}
