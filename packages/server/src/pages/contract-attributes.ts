/**
 * Attributes that B2C's markup carries although a type or a rule of good markup would have them otherwise (pages.md 3):
 * customers' style sheets and scripts select by them.
 */
export function contractAttributes(attributes: Readonly<Record<string, string | number | boolean>>): object {
  return attributes;
}
