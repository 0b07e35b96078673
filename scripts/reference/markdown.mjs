// The few words of Markdown that the reference pages are made of.

const notice =
  "<!-- Made by `npm run reference` from the code that runs. Change the code, not this page. -->";

export function page(title, introduction, ...sections) {
  return `${[`# ${title}`, notice, introduction, ...sections].join("\n\n")}\n`;
}

export function section(title, ...parts) {
  return [`## ${title}`, ...parts].join("\n\n");
}

export function table(heads, rows) {
  const line = (cells) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(heads), `|${heads.map(() => " --- |").join("")}`, ...rows.map(line)].join("\n");
}

/** Monospace that survives a table and any back quote inside. */
export function code(text) {
  if (text === "") return "";
  const ticks = /`/.test(text) ? "``" : "`";
  const pad = ticks === "``" ? " " : "";
  return `${ticks}${pad}${text.replace(/\r?\n/g, " ")}${pad}${ticks}`;
}

function cell(text) {
  return String(text ?? "")
    .replace(/\|/g, "\\|")
    .replace(/\r?\n/g, " ");
}
