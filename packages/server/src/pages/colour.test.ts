import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { brandAssetUrl, brandingStyle, paletteOf } from "./branding.ts";
import { type Colour, contrast, readColour, writeColour } from "./colour.ts";

const channel = fc.integer({ min: 0, max: 255 });
const colour = fc.tuple(channel, channel, channel).map((channels) => writeColour(channels as Colour));
const token = fc.option(colour, { nil: undefined });
const tokens = fc
  .record({ brand: token, brandContrast: token, surface: token, ink: token })
  .map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)));

/** What browsers see: colours in whole channels. */
const seen = (value: Colour) => readColour(writeColour(value)) ?? value;

describe("a tenant's palette", () => {
  it.each(["light", "dark"] as const)("is readable in the %s scheme, whatever the tenant wrote", (scheme) => {
    fc.assert(
      fc.property(tokens, (own) => {
        const palette = paletteOf({ tokens: own }, scheme);
        const on = (text: Colour, ground: Colour) => contrast(seen(text), seen(ground));
        expect(on(palette.brandContrast, palette.brand)).toBeGreaterThanOrEqual(4.5);
        for (const text of [palette.ink, palette.link, palette.muted, palette.error, palette.success]) {
          expect(on(text, palette.surface)).toBeGreaterThanOrEqual(4.5);
        }
        expect(on(palette.fieldLine, palette.surface)).toBeGreaterThanOrEqual(3);
        for (const text of [palette.ink, palette.link]) {
          expect(on(text, palette.field)).toBeGreaterThanOrEqual(4.5);
        }
        expect(on(palette.ink, palette.page)).toBeGreaterThanOrEqual(4.5);
        expect(on(palette.muted, palette.page)).toBeGreaterThanOrEqual(4.5);
      }),
      { numRuns: 400 },
    );
  });

  it("keeps the tenant's own brand and a readable contrast colour as they are", () => {
    const palette = paletteOf({ tokens: { brand: "#ffcc00", brandContrast: "#222222" } }, "light");
    expect(writeColour(palette.brand)).toBe("#ffcc00");
    expect(writeColour(palette.brandContrast)).toBe("#222222");
  });

  it("takes a dark surface for the dark scheme only", () => {
    const own = { tokens: { surface: "#101010" } };
    expect(writeColour(paletteOf(own, "dark").surface)).toBe("#101010");
    expect(writeColour(paletteOf(own, "light").surface)).toBe("#ffffff");
  });
});

describe("tokens", () => {
  it.each([
    "red;}body{display:none",
    "#12",
    "url(https://evil.example)",
    "var(--x)",
    "rgb(300,0,0)",
    "expression(alert(1))",
    "",
  ])("%j is no colour", (text) => {
    expect(readColour(text)).toBeUndefined();
  });

  it("reads the usual forms", () => {
    expect(readColour("#0aF")).toEqual([0, 170, 255]);
    expect(readColour("rgb(1, 2,3)")).toEqual([1, 2, 3]);
  });

  it("lets nothing but lengths become the radius", () => {
    expect(brandingStyle({ tokens: { radius: "4px" } }, "t")).toContain("--radius:4px;");
    expect(brandingStyle({ tokens: { radius: "4px;}*{display:none" } }, "t")).toContain("--radius:10px;");
  });

  it("makes addresses below the tenant's assets, or absolute https ones, and no others", () => {
    expect(brandAssetUrl("logo.svg", "contoso")).toBe("/contoso/assets/logo.svg");
    expect(brandAssetUrl("~/assets/img/a b.png", "contoso")).toBe("/contoso/assets/img/a%20b.png");
    expect(brandAssetUrl("https://cdn.example/x.png", "contoso")).toBe("https://cdn.example/x.png");
    for (const text of [
      "javascript:alert(1)",
      "data:image/png;base64,AA",
      "//evil.example/x.png",
      "http://x.example/",
    ]) {
      expect(brandAssetUrl(text, "contoso")).toBeUndefined();
    }
  });

  it("cannot leave a style sheet by its background image", () => {
    const style = brandingStyle({ tokens: {}, backgroundImage: 'https://x.example/"),</style><b>' }, "t");
    expect(style).not.toContain("<");
  });
});
