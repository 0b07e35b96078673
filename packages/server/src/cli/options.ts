import { parseArgs } from "node:util";
import { nearestName } from "@vestibule/policy";

/** What the person typed does not make a command; `message` says what would. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

type OptionKind = "port" | "count" | "factor" | "text" | "list" | "flag";

/** Every option: what it takes, and the environment variable that stands for it. */
export const optionTable = {
  "http-port": { kind: "port", variable: "VESTIBULE_HTTP_PORT" },
  "https-port": { kind: "port", variable: "VESTIBULE_HTTPS_PORT" },
  host: { kind: "text", variable: "VESTIBULE_HOST" },
  "public-host": { kind: "list", variable: "VESTIBULE_PUBLIC_HOST" },
  "trusted-proxy": { kind: "list", variable: "VESTIBULE_TRUSTED_PROXY" },
  "private-host": { kind: "list", variable: "VESTIBULE_PRIVATE_HOST" },
  "allow-network": { kind: "list", variable: "VESTIBULE_ALLOW_NETWORK" },
  proxy: { kind: "text", variable: "VESTIBULE_PROXY" },
  database: { kind: "text", variable: "VESTIBULE_DATABASE" },
  "data-dir": { kind: "text", variable: "VESTIBULE_DATA_DIR" },
  smtp: { kind: "text", variable: "VESTIBULE_SMTP" },
  "mail-from": { kind: "text", variable: "VESTIBULE_MAIL_FROM" },
  "phone-webhook": { kind: "text", variable: "VESTIBULE_PHONE_WEBHOOK" },
  "phone-webhook-secret": { kind: "text", variable: "VESTIBULE_PHONE_WEBHOOK_SECRET" },
  "tls-certificate": { kind: "text", variable: "VESTIBULE_TLS_CERTIFICATE" },
  "tls-key": { kind: "text", variable: "VESTIBULE_TLS_KEY" },
  workers: { kind: "count", variable: "VESTIBULE_WORKERS" },
  "visitor-limits": { kind: "factor", variable: "VESTIBULE_VISITOR_LIMITS" },
  "keep-calls": { kind: "text", variable: "VESTIBULE_KEEP_CALLS" },
  "metrics-port": { kind: "port", variable: "VESTIBULE_METRICS_PORT" },
  "metrics-host": { kind: "text", variable: "VESTIBULE_METRICS_HOST" },
  "log-level": { kind: "text", variable: "VESTIBULE_LOG_LEVEL" },
  step: { kind: "list", variable: undefined, command: "connector" },
  auth: { kind: "text", variable: "VESTIBULE_CONNECTOR_AUTH", command: "connector" },
  "signing-key": { kind: "text", variable: "VESTIBULE_CONNECTOR_SIGNING_KEY", command: "connector" },
  tenant: { kind: "text", variable: undefined, command: "connector" },
  policy: { kind: "text", variable: undefined, command: "connector" },
  profile: { kind: "text", variable: undefined, command: "connector" },
  key: { kind: "list", variable: undefined, command: "connector" },
  connector: { kind: "text", variable: undefined, command: "connector" },
  template: { kind: "text", variable: undefined, command: "connector" },
  attribute: { kind: "list", variable: undefined, command: "connector" },
  claim: { kind: "list", variable: undefined, command: "connector" },
  refused: { kind: "list", variable: undefined, command: "connector" },
  preset: { kind: "text", variable: undefined, command: "connector" },
  strict: { kind: "flag", variable: undefined, command: "connector" },
  answer: { kind: "text", variable: undefined, command: "calls" },
  status: { kind: "text", variable: undefined, command: "calls" },
  limit: { kind: "text", variable: undefined, command: "calls" },
  json: { kind: "text", variable: undefined, command: "connector" },
  junit: { kind: "text", variable: undefined, command: "connector" },
  help: { kind: "flag", variable: undefined },
  version: { kind: "flag", variable: undefined },
} as const satisfies Record<string, OptionDescription>;

interface OptionDescription {
  readonly kind: OptionKind;
  readonly variable: string | undefined;
  /** The command that it is for; absent = those that start a server or read its folders. */
  readonly command?: Command;
}

const commands = [
  "dev",
  "serve",
  "check",
  "eject",
  "keys",
  "notifications",
  "connector",
  "calls",
  "trust",
] as const;
export type Command = (typeof commands)[number];

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Invocation {
  readonly command: Command;
  /** What stands after the command, as typed: tenant folders, or for `keys` and `notifications` an action and what it needs. */
  readonly directories: readonly string[];
  readonly httpPort?: number;
  readonly httpsPort?: number;
  readonly host?: string;
  readonly publicHosts: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly privateHosts: readonly string[];
  readonly allowedNetworks: readonly string[];
  readonly proxy?: string;
  readonly database?: string;
  readonly dataDir?: string;
  readonly smtp?: string;
  readonly mailFrom?: string;
  readonly phoneWebhook?: string;
  readonly phoneWebhookSecret?: string;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly logLevel?: LogLevel;
  /** Milliseconds. */
  readonly keepCalls?: number;
  readonly metricsPort?: number;
  readonly metricsHost?: string;
  /** Threads that share the ports; `serve` only. */
  readonly workers?: number;
  /** A factor of the limits for each visitor's address. */
  readonly visitorLimits?: number | "off";
  /** Options of one command, by their names; a flag that was given has the value "". */
  readonly own?: ReadonlyMap<string, readonly string[]>;
}

/** Reads the command line and the environment; the command line wins. Throws `UsageError`. */
export function readInvocation(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Invocation | "help" | "version" {
  const { options, words } = readArguments(argv);
  if (options.has("version")) return "version";
  const [first, ...directories] = words;
  if (options.has("help") || first === "help" || (first === undefined && argv.length === 0)) return "help";
  const command = readCommand(first);
  if (command === "trust" && directories.length > 0) throw new UsageError("vestibule trust takes no folder.");
  if (!readsItsOwnWords.has(command) && directories.length === 0) {
    throw new UsageError(`vestibule ${command} needs the folder of a tenant: vestibule ${command} DIR`);
  }

  const strange = [...options.keys()].find((name) => !belongsTo(name, command));
  if (strange !== undefined) throw new UsageError(`vestibule ${command} takes no --${strange}.`);

  const texts = (name: keyof typeof optionTable): readonly string[] => {
    const typed = options.get(name);
    if (typed) return typed;
    const { kind, variable } = optionTable[name];
    const value = variable === undefined ? undefined : environment[variable];
    if (value === undefined || value === "") return [];
    return kind === "list"
      ? value
          .split(",")
          .map((part) => part.trim())
          .filter((part) => part !== "")
      : [value];
  };
  const text = (name: keyof typeof optionTable) => texts(name).at(-1);

  const httpPort = readPort("http-port", text("http-port"));
  const httpsPort = readPort("https-port", text("https-port"));
  const metricsPort = readPort("metrics-port", text("metrics-port"));
  const metricsHost = text("metrics-host");
  const keepCalls = readDuration("keep-calls", text("keep-calls"));
  const logLevel = readLogLevel(text("log-level"));
  const workers = readWorkers(text("workers"));
  const visitorLimits = readFactor("visitor-limits", text("visitor-limits"));
  const host = text("host");
  const proxy = text("proxy");
  const database = text("database");
  const dataDir = text("data-dir");
  const smtp = text("smtp");
  const mailFrom = text("mail-from");
  const phoneWebhook = text("phone-webhook");
  const phoneWebhookSecret = text("phone-webhook-secret");
  const tlsCertificate = text("tls-certificate");
  const tlsKey = text("tls-key");
  const own = optionNames
    .filter((name) => isOwn(name, command) && (options.has(name) || texts(name).length > 0))
    .map((name) => [name, texts(name)] as const);
  return {
    command,
    directories,
    publicHosts: texts("public-host"),
    trustedProxies: texts("trusted-proxy"),
    privateHosts: texts("private-host"),
    allowedNetworks: texts("allow-network"),
    ...(proxy !== undefined && { proxy }),
    ...(httpPort !== undefined && { httpPort }),
    ...(httpsPort !== undefined && { httpsPort }),
    ...(logLevel !== undefined && { logLevel }),
    ...(metricsPort !== undefined && { metricsPort }),
    ...(metricsHost !== undefined && { metricsHost }),
    ...(keepCalls !== undefined && { keepCalls }),
    ...(workers !== undefined && { workers }),
    ...(visitorLimits !== undefined && { visitorLimits }),
    ...(host !== undefined && { host }),
    ...(database !== undefined && { database }),
    ...(dataDir !== undefined && { dataDir }),
    ...(smtp !== undefined && { smtp }),
    ...(mailFrom !== undefined && { mailFrom }),
    ...(phoneWebhook !== undefined && { phoneWebhook }),
    ...(phoneWebhookSecret !== undefined && { phoneWebhookSecret }),
    ...(tlsCertificate !== undefined && { tlsCertificate }),
    ...(tlsKey !== undefined && { tlsKey }),
    ...(own.length > 0 && { own: new Map(own) }),
  };
}

/** What stands behind these commands is no list of folders. */
const readsItsOwnWords: ReadonlySet<Command> = new Set([
  "notifications",
  "trust",
  "keys",
  "eject",
  "connector",
]);

const optionNames = Object.keys(optionTable) as (keyof typeof optionTable)[];

function isOwn(name: keyof typeof optionTable, command: Command): boolean {
  const description: OptionDescription = optionTable[name];
  return description.command === command;
}

/** An option of another command would be ignored in silence. */
function belongsTo(name: keyof typeof optionTable, command: Command): boolean {
  const description: OptionDescription = optionTable[name];
  return description.command === undefined || description.command === command;
}

function readArguments(argv: readonly string[]) {
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: {
      ...Object.fromEntries(
        Object.entries(optionTable).map(([name, { kind }]) => [
          name,
          { type: kind === "flag" ? ("boolean" as const) : ("string" as const), multiple: true },
        ]),
      ),
      help: { type: "boolean", short: "h" },
      version: { type: "boolean", short: "v" },
    },
  });
  const options = new Map<keyof typeof optionTable, string[]>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const { name } = token;
    if (!isOption(name))
      throw new UsageError(unknown(`option ${token.rawName}`, name, Object.keys(optionTable), "--"));
    const isFlag = optionTable[name].kind === "flag";
    if (isFlag && token.value !== undefined) throw new UsageError(`--${name} takes no value.`);
    if (!isFlag && (token.value === undefined || token.value === "" || isAnotherOption(token))) {
      throw new UsageError(`--${name} needs a value: --${name} ${sampleValue[optionTable[name].kind]}`);
    }
    options.set(name, [...(options.get(name) ?? []), token.value ?? ""]);
  }
  return { options, words };
}

const sampleValue: Readonly<Record<OptionKind, string>> = {
  port: "8080",
  count: "4",
  factor: "2",
  text: "VALUE",
  list: "VALUE",
  flag: "",
};

/** `--host --smtp x`: the parser would take `--smtp` for the name of the host. */
function isAnotherOption(token: {
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}) {
  return token.inlineValue !== true && token.value?.startsWith("--") === true;
}

function isOption(name: string): name is keyof typeof optionTable {
  return Object.hasOwn(optionTable, name);
}

function readCommand(typed: string | undefined): Command {
  if (typed === undefined) throw new UsageError("A command is missing: vestibule dev DIR");
  const command = commands.find((one) => one === typed);
  if (command === undefined) throw new UsageError(unknown(`command ${typed}`, typed, commands, ""));
  return command;
}

function readPort(name: string, typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  const port = Number(typed);
  if (!/^\d{1,5}$/.test(typed) || port > 65535) {
    throw new UsageError(
      `--${name} takes a number from 0 to 65535, where 0 is any free port; ${typed} is none.`,
    );
  }
  return port;
}

const mostWorkers = 64;

function readWorkers(typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  const count = Number(typed);
  if (!/^\d{1,2}$/.test(typed) || count < 1 || count > mostWorkers)
    throw new UsageError(`--workers takes a number from 1 to ${mostWorkers}; ${typed} is none.`);
  return count;
}

function readFactor(name: string, typed: string | undefined): number | "off" | undefined {
  if (typed === undefined || typed === "off") return typed;
  const factor = Number(typed);
  if (!/^\d{1,4}(\.\d{1,2})?$/.test(typed) || factor <= 0)
    throw new UsageError(
      `--${name} takes 'off', or a number above 0 that multiplies the limits; ${typed} is neither.`,
    );
  return factor;
}

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `30m`, `12h`, `7d` or `0`, at most 90 days. */
function readDuration(name: string, typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  const [, digits = "", unit = ""] = /^(\d{1,6})([mhd])$/.exec(typed) ?? [];
  const duration = typed === "0" ? 0 : Number(digits) * (units[unit] ?? Number.NaN);
  if (duration >= 0 && duration <= 90 * 86_400_000 && (typed === "0" || digits !== "")) return duration;
  throw new UsageError(`--${name} takes a time such as 30m, 12h or 7d, 90d at most, or 0; ${typed} is none.`);
}

function readLogLevel(typed: string | undefined): LogLevel | undefined {
  if (typed === undefined) return undefined;
  const level = logLevels.find((one) => one === typed);
  if (level === undefined) {
    throw new UsageError(`--log-level takes one of ${logLevels.join(", ")}; ${typed} is none of them.`);
  }
  return level;
}

function unknown(what: string, typed: string, candidates: readonly string[], prefix: string): string {
  const near = nearestName(typed, candidates);
  const hint =
    near === undefined ? "vestibule --help lists what there is." : `Did you mean ${prefix}${near}?`;
  return `There is no ${what}. ${hint}`;
}
