import { startServer } from "@vestibule/server";

// A server in a process of its own, which a test can kill: `npx node crash-server.ts <json>`; prints its address.

interface Wanted {
  readonly directory: string;
  readonly dataDir: string;
  readonly httpPort: number;
  readonly database?: string;
}

const { directory, dataDir, httpPort, database } = JSON.parse(process.argv[2] ?? "{}") as Wanted;
const server = await startServer({
  directories: [directory],
  mode: "development",
  httpPort,
  dataDir,
  // Cheap hashes: what is tested is the whole server, not the hash.
  passwordHashing: { memoryCost: 8, timeCost: 1, parallelism: 1 },
  logLevel: "error",
  ...(database !== undefined && { database }),
});
process.stdout.write(`ready ${server.url}\n`);
