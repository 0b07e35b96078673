import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "@vestibule/server";
import type { PolicyText } from "../policies/chain.ts";
import { median } from "../statistics.ts";
import { type Started, serve } from "./serve.ts";
import { writeTenantFolder } from "./tenant-folder.ts";

const times = 15;

/** Our server in development mode on a tenant with a chain of policies, which saves them itself. */
serve(async ({ files }: { readonly files: readonly PolicyText[] }): Promise<Started> => {
  const directory = mkdtempSync(join(tmpdir(), "vestibule-bench-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const tenant = join(directory, "tenant");
  writeTenantFolder(tenant);
  mkdirSync(join(tenant, "policies"));
  const save = ({ file, text }: PolicyText) => writeFileSync(join(tenant, "policies", file), text);
  files.forEach(save);
  let served = Promise.withResolvers<void>();
  const server = await startServer({
    directories: [tenant],
    mode: "development",
    httpPort: 0,
    dataDir: join(directory, "data"),
    logLevel: "error",
    onTenantsChange: () => served.resolve(),
  });

  /** Median milliseconds from the write of a file until its new version serves. */
  const measure = async (file: PolicyText | undefined): Promise<number> => {
    if (!file) throw new Error("the chain is empty");
    const taken: number[] = [];
    for (let time = 0; time < times; time++) {
      served = Promise.withResolvers<void>();
      const started = performance.now();
      save({ ...file, text: `${file.text}<!-- ${time} -->` });
      await served.promise;
      taken.push(performance.now() - started);
    }
    return median(taken);
  };

  return {
    url: server.url,
    details: {},
    questions: {
      saves: async () => ({
        "the relying party": await measure(files.at(-1)),
        "the base": await measure(files[0]),
      }),
    },
    close: () => server.close(),
  };
});
