import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A small tenant in a folder of its own. For tests only. */
export interface TestTenant {
  readonly directory: string;
  /** An empty folder beside it, for what the server keeps. */
  readonly dataDir: string;
  readonly flowFile: string;
  writeFlow(flow: unknown): Promise<void>;
  remove(): Promise<void>;
}

const goodFlow = { id: "B2C_1_signin", userFlowType: "signIn", userFlowTypeVersion: 3 };

export async function makeTestTenant(): Promise<TestTenant> {
  const folder = await mkdtemp(join(tmpdir(), "vestibule-tenant-"));
  const directory = join(folder, "tenant");
  const flowFile = join(directory, "userFlows", "B2C_1_signin.json");
  await mkdir(join(directory, "userFlows"), { recursive: true });
  const tenant = {
    id: "aaaaaaaa-0000-4000-8000-0000000000ff",
    displayName: "Fabrikam",
    defaultDomain: "fabrikam.onmicrosoft.com",
    domains: ["fabrikam.onmicrosoft.com", "login.fabrikam.example"],
    extensionsAppId: "eeeeeeee-0000-4000-8000-0000000000ff",
  };
  await writeFile(join(directory, "tenant.json"), JSON.stringify(tenant, null, 2));
  const writeFlow = (flow: unknown) =>
    writeFile(flowFile, typeof flow === "string" ? flow : JSON.stringify(flow, null, 2));
  await writeFlow(goodFlow);
  return {
    directory,
    dataDir: join(folder, "data"),
    flowFile,
    writeFlow,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
