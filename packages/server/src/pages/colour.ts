/** Red, green and blue, 0 to 255 each. */
export type Colour = readonly [red: number, green: number, blue: number];

export const white: Colour = [255, 255, 255];
export const black: Colour = [0, 0, 0];

/** Reads `#rgb`, `#rrggbb` and `rgb(r, g, b)`; anything else is no colour, so nothing can be smuggled into a style sheet. */
export function readColour(text: string): Colour | undefined {
  const value = text.trim().toLowerCase();
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/.exec(value);
  if (short !== null) return channels(short.slice(1).map((digit) => Number.parseInt(digit + digit, 16)));
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/.exec(value);
  if (long !== null) return channels(long.slice(1).map((pair) => Number.parseInt(pair, 16)));
  const functional = /^rgb\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*\)$/.exec(value);
  return functional === null ? undefined : channels(functional.slice(1).map(Number));
}

function channels(numbers: readonly number[]): Colour | undefined {
  const [red, green, blue] = numbers;
  if (red === undefined || green === undefined || blue === undefined) return undefined;
  return Math.max(red, green, blue) > 255 ? undefined : [red, green, blue];
}

export function writeColour(colour: Colour): string {
  return `#${colour.map((channel) => Math.round(channel).toString(16).padStart(2, "0")).join("")}`;
}

/** `share` of `other` in `colour`, 0 to 1. */
export function mix(colour: Colour, other: Colour, share: number): Colour {
  const part = (index: 0 | 1 | 2) => colour[index] + (other[index] - colour[index]) * share;
  return [part(0), part(1), part(2)];
}

/** Relative luminance, WCAG 2.2. */
export function luminance(colour: Colour): number {
  const linear = (channel: number) => {
    const value = Math.round(channel) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
}

/** Contrast ratio, 1 to 21, WCAG 2.2. */
export function contrast(one: Colour, other: Colour): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Black or white, whichever stands out more; always at least 4.5 : 1. */
export function readableOn(background: Colour): Colour {
  return contrast(background, white) >= contrast(background, black) ? white : black;
}

/** `colour` itself where it stands out enough on `background`, else as little changed as is needed. */
export function withContrast(colour: Colour, background: Colour, ratio: number): Colour {
  const target = readableOn(background);
  for (let share = 0; share < 1; share += 0.05) {
    const candidate = mix(colour, target, share);
    if (contrast(candidate, background) >= ratio) return candidate;
  }
  return target;
}
