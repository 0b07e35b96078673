import type { TenantBranding } from "../tenant/tenant.ts";
import {
  black,
  type Colour,
  contrast,
  luminance,
  mix,
  readableOn,
  readColour,
  white,
  withContrast,
  writeColour,
} from "./colour.ts";

/** Every colour of the default look in one scheme. */
export interface Palette {
  readonly brand: Colour;
  readonly brandContrast: Colour;
  readonly surface: Colour;
  readonly ink: Colour;
  /** Page behind the card. */
  readonly page: Colour;
  readonly link: Colour;
  readonly muted: Colour;
  readonly line: Colour;
  readonly fieldLine: Colour;
  readonly field: Colour;
  readonly error: Colour;
  readonly success: Colour;
}

const defaultBrand: Colour = [15, 92, 110];
const lightDefaults = { surface: white, ink: [27, 32, 38] as Colour };
const darkDefaults = { surface: [27, 31, 36] as Colour, ink: [236, 239, 242] as Colour };
// A little above 4.5, so that rounding to whole channels never falls below it.
const textRatio = 4.6;

function token(text: string | undefined): Colour | undefined {
  return text === undefined ? undefined : readColour(text);
}

/**
 * The palette of a scheme, derived from the tenant's tokens. A tenant's surface and ink count in the scheme that they
 * fit, the other one keeps ours; whatever would be hard to read is moved until it is not.
 */
export function paletteOf(branding: TenantBranding, scheme: "light" | "dark"): Palette {
  const dark = scheme === "dark";
  const defaults = dark ? darkDefaults : lightDefaults;
  const wantedSurface = token(branding.tokens.surface);
  const fits =
    wantedSurface !== undefined && (dark ? luminance(wantedSurface) < 0.1 : luminance(wantedSurface) > 0.5);
  const surface = fits ? wantedSurface : defaults.surface;
  const wantedInk = token(branding.tokens.ink);
  const ink = withContrast(
    wantedInk !== undefined && contrast(wantedInk, surface) >= 3 ? wantedInk : defaults.ink,
    surface,
    7,
  );
  const wantedBrand = token(branding.tokens.brand) ?? defaultBrand;
  const brand = dark ? withContrast(wantedBrand, surface, 3) : wantedBrand;
  const wantedContrast = token(branding.tokens.brandContrast);
  const brandContrast =
    wantedContrast !== undefined && contrast(wantedContrast, brand) >= 4.5
      ? wantedContrast
      : readableOn(brand);
  const page = dark ? mix(surface, black, 0.4) : mix(surface, ink, 0.05);
  const field = dark ? mix(surface, white, 0.03) : surface;
  // The button that shows a password stands in the field.
  const readable = (colour: Colour) =>
    [surface, page, field].reduce(
      (readableSoFar, ground) => withContrast(readableSoFar, ground, textRatio),
      colour,
    );
  return {
    brand,
    brandContrast,
    surface,
    ink,
    page,
    link: readable(wantedBrand),
    muted: readable(mix(ink, surface, 0.35)),
    line: mix(surface, ink, 0.16),
    fieldLine: withContrast(mix(surface, ink, 0.45), surface, 3.1),
    field,
    error: withContrast(dark ? [255, 138, 128] : [179, 38, 30], surface, 5),
    success: withContrast(dark ? [129, 201, 149] : [24, 112, 60], surface, 5),
  };
}

const variables: readonly (readonly [name: string, member: keyof Palette])[] = [
  ["--brand", "brand"],
  ["--brand-contrast", "brandContrast"],
  ["--surface", "surface"],
  ["--ink", "ink"],
  ["--vb-page", "page"],
  ["--vb-link", "link"],
  ["--vb-muted", "muted"],
  ["--vb-line", "line"],
  ["--vb-field-line", "fieldLine"],
  ["--vb-field", "field"],
  ["--vb-error", "error"],
  ["--vb-success", "success"],
];

function declarations(palette: Palette): string {
  return variables.map(([name, member]) => `${name}:${writeColour(palette[member])}`).join(";");
}

/** A length that is allowed as `--radius`: at most three digits, `px` or `rem`. */
function radiusOf(text: string | undefined): string {
  return text !== undefined && /^(0|\d{1,2}(\.\d{1,3})?(px|rem))$/.test(text.trim()) ? text.trim() : "10px";
}

/** Absolute https or a path below the tenant's `assets`, as an address for the page; undefined for anything else. */
export function brandAssetUrl(value: string | undefined, tenantSegment: string): string | undefined {
  if (value === undefined || value === "") return undefined;
  if (/^https:\/\//i.test(value)) return URL.canParse(value) ? new URL(value).href : undefined;
  if (/^[a-z][a-z0-9+.-]*:/i.test(value) || value.startsWith("//")) return undefined;
  if (tenantSegment === "") return undefined;
  const path = value.replace(/^(~?\/)?(assets\/)?/, "");
  const safe = path.toWellFormed().split("/").map(encodeURIComponent).join("/");
  return `/${encodeURIComponent(tenantSegment)}/assets/${safe}`;
}

function pageBackground(branding: TenantBranding, tenantSegment: string): string {
  const colour = token(branding.backgroundColor);
  const image = brandAssetUrl(branding.backgroundImage, tenantSegment);
  const quoted = image?.replace(/["\\\n\r<>]/g, encodeURIComponent);
  return [
    ...(colour === undefined ? [] : [`--vb-page:${writeColour(colour)}`]),
    ...(quoted === undefined ? [] : [`--vb-image:url("${quoted}")`]),
  ].join(";");
}

/** The style sheet with a tenant's custom properties for both schemes; safe inside `<style>`. */
export function brandingStyle(branding: TenantBranding, tenantSegment: string): string {
  const background = pageBackground(branding, tenantSegment);
  return (
    `:root{color-scheme:light dark;--radius:${radiusOf(branding.tokens.radius)};${declarations(paletteOf(branding, "light"))}}` +
    `@media (prefers-color-scheme:dark){:root{${declarations(paletteOf(branding, "dark"))}}}` +
    (background === "" ? "" : `:root{${background}}`)
  );
}
