// Tables of what a document of a tenant may say, read from the very shapes that check it.
import { code, table } from "./markdown.mjs";

/** One row for each member of a shape: path, what it holds, default, and what `more(path)` adds. */
export function settingsTable(shape, more) {
  const rows = rowsOf(shape, "");
  const heads = ["setting", "holds", "left out"];
  if (!more) return table(heads, rows.map(cells));
  return table(
    [...heads, "diagnostics"],
    rows.map((row) => [...cells(row), more(row.path)]),
  );
}

function cells({ path, holds, otherwise }) {
  return [code(path), holds, otherwise];
}

function rowsOf(shape, path) {
  if (shape.item) return rowsOf(shape.item, shape.name === "a list" ? `${path}[]` : `${path}.<name>`);
  if (!shape.fields) return [];
  return Object.entries(shape.fields).flatMap(([name, field]) => {
    const place = path === "" ? name : `${path}.${name}`;
    const row = { path: place, holds: field.shape.name, otherwise: defaultOf(field) };
    return [row, ...rowsOf(field.shape, place)];
  });
}

function defaultOf(field) {
  if (field.required) return "required";
  const value = field.otherwise();
  if (value === undefined) return "";
  if (value === null) return "null";
  if (field.shape.fields) return "its defaults";
  if (Array.isArray(value)) return value.length === 0 ? "empty" : code(JSON.stringify(value));
  return typeof value === "object" ? "empty" : code(JSON.stringify(value));
}
