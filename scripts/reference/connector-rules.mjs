// The rules that `vestibule connector test` holds against an answer, and the file of `vestibule connector mock`.
import { code, page, section, table } from "./markdown.mjs";
import { settingsTable } from "./settings.mjs";

const { rules } = await import("../../packages/server/dist/connector-test/rules.js");
const { mockShape } = await import("../../packages/server/dist/connector-mock/rules.js");

export function connectorRules() {
  return page(
    "Testing and playing API connectors",
    "What `vestibule connector test` holds against an answer, and what the file of `vestibule connector mock` may say. See [testing an API connector](../testing-connectors.md).",
    section(
      "Rules",
      "An error fails its case. A warning fails nothing, unless `--strict` is given.",
      table(
        ["rule", "severity", "meaning"],
        Object.entries(rules).map(([name, [severity, meaning]]) => [code(name), severity, meaning]),
      ),
    ),
    section(
      "The file of the mock",
      "A rule has exactly one of `continue`, `block`, `correct`, `answer` and `reset`.",
      settingsTable(mockShape),
    ),
  );
}
