import { create } from "qrcode";

/** Longest text that still gives a picture which telephones read from a screen. */
const longest = 600;
/** Modules of white around the picture (ISO 18004). */
const margin = 4;

/** The address of a QR code's picture (SVG); undefined where the text is empty or too long for one. */
export function qrCodePicture(text: string): string | undefined {
  if (text === "" || text.length > longest) return undefined;
  const { modules } = create(text, { errorCorrectionLevel: "M" });
  const { size, data } = modules;
  const lines: string[] = [];
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      if (!data[row * size + column]) continue;
      const start = column;
      while (column + 1 < size && data[row * size + column + 1]) column += 1;
      lines.push(`M${start + margin} ${row + margin}h${column - start + 1}v1h-${column - start + 1}z`);
    }
  }
  const side = size + 2 * margin;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges">` +
    `<rect width="${side}" height="${side}" fill="#fff"/><path fill="#000" d="${lines.join("")}"/></svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}
