import { runConnectorCases } from "./connectors/run.ts";
import { Report } from "./report.ts";
import { runTransformationCases } from "./transformations/run.ts";

type Suite = (path: string, report: Report) => Promise<void>;
const suites: Readonly<Record<string, Suite>> = {
  connectors: runConnectorCases,
  transformations: runTransformationCases,
};

const [name = "", ...files] = process.argv.slice(2);
const suite = Object.hasOwn(suites, name) ? suites[name] : undefined;
if (!suite || files.length === 0) {
  console.error(`Usage: npm run -s conformance -- ${Object.keys(suites).join("|")} FILE…`);
  process.exitCode = 2;
} else {
  const report = new Report((line) => console.log(line));
  for (const file of files) await suite(file, report);
  report.summary();
  process.exitCode = report.failed > 0 ? 1 : 0;
}
