import { writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { measureConnector } from "./measure/connector.ts";
import { measureFootprint } from "./measure/footprint.ts";
import { measureHanging } from "./measure/hanging.ts";
import { measurePolicies } from "./measure/policies.ts";
import { measureSignIns } from "./measure/sign-ins.ts";
import { formatTable, type Row, ratio } from "./report.ts";
import { cheapHash, owaspHash } from "./scene.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "5" },
    "sign-ins": { type: "string", default: "10000" },
    json: { type: "string" },
  },
});
const say = (line: string) => void process.stderr.write(`${line}\n`);
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);

/** Each part takes some minutes; `--only` runs some of them. */
const parts: Readonly<Record<string, () => Promise<Row[]>>> = {
  "sign-ins": () => measureSignIns("cheap hash", { cost: cheapHash, rounds, seconds, say, goal: 1.5 }),
  owasp: () => measureSignIns("OWASP hash", { cost: owaspHash, rounds, seconds, say }),
  connector: () => measureConnector({ calls: rounds * 100, say }),
  hanging: () => measureHanging({ rounds, seconds, say }),
  policies: () => measurePolicies({ starts: Math.max(9, rounds), say }),
  footprint: () => measureFootprint({ starts: rounds, signIns: Number(values["sign-ins"]), say }),
};

const chosen = values.only ?? Object.keys(parts);
const unknown = chosen.filter((name) => !(name in parts));
if (unknown.length > 0) {
  say(`There is no part ${unknown.join(", ")}; the parts are ${Object.keys(parts).join(", ")}.`);
  process.exit(2);
}
const rows: Row[] = [];
for (const name of chosen) rows.push(...((await parts[name]?.()) ?? []));

const [cpu] = cpus();
const machine = `Node ${process.version}, ${cpus().length} × ${cpu?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
console.log(`${machine}\n\n${formatTable(rows)}`);
if (values.json !== undefined) {
  const results = rows.map((row) => ({ ...row, ratio: ratio(row) }));
  await writeFile(
    values.json,
    `${JSON.stringify({ at: new Date().toISOString(), machine, results }, null, 2)}\n`,
  );
}
