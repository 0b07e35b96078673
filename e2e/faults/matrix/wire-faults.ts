import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { TransportFailure } from "@vestibule/engine";

/** What a try meets, in the operator's words; a number is the status of a complete answer. */
export type Met = TransportFailure | number;

export interface Fault {
  readonly name: string;
  readonly met: Met;
  /** A status line came before it failed: such a try is the last one. */
  readonly answered?: true;
  /** Nothing ends it but the clock. */
  readonly stalls?: true;
  /** What `Retry-After` asks for, in milliseconds. */
  readonly asks?: number;
  /** It is taken apart on other threads, for which the test's clock does not wait. */
  readonly untimed?: true;
}

/** A fault of the bytes on a plain connection. */
export interface WireFault extends Fault {
  onConnect?(socket: Socket): void;
  onHead?(socket: Socket): void;
}

const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
const good = '{"version":"1.0.0","action":"Continue"}';
const says = (text: string) => (socket: Socket) => void socket.write(text, "latin1");
const ends = (text: string) => (socket: Socket) => void socket.end(text, "latin1");
/** Repeats a text for as long as the connection lives. */
const drips = (text: string) => (socket: Socket) => {
  const drip = setInterval(() => socket.write(text), 200);
  socket.on("close", () => clearInterval(drip));
};
const floods = (first: string) => (socket: Socket) => {
  socket.write(first);
  const more = () => {
    while (!socket.destroyed && socket.write("x".repeat(65_536)));
  };
  socket.on("drain", more);
  more();
};
const encoded = (encoding: string, body: Buffer) => (socket: Socket) => {
  socket.write(`${head}content-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`);
  socket.end(body);
};
const zeros = Buffer.alloc(4_000_000);

/** Connections that break, stall or say what is no HTTP. */
export const wireFaults: readonly WireFault[] = [
  { name: "resets while connecting", met: "reset", onConnect: (socket) => socket.resetAndDestroy() },
  { name: "closes while connecting", met: "reset", onConnect: (socket) => socket.end() },
  { name: "resets after the request", met: "reset", onHead: (socket) => socket.resetAndDestroy() },
  { name: "closes after the request", met: "reset", onHead: (socket) => socket.end() },
  { name: "closes inside the status line", met: "reset", onHead: ends("HTTP/1.1 2") },
  { name: "closes inside the headers", met: "reset", onHead: ends(`${head}x-half: `) },
  { name: "speaks another protocol", met: "reset", onHead: ends("SSH-2.0-OpenSSH_9\r\n") },
  { name: "speaks HTTP/0.9", met: "reset", onHead: ends(good) },
  { name: "speaks HTTP/2", met: "reset", onHead: ends("\x00\x00\x12\x04\x00\x00\x00\x00\x00") },
  {
    name: "answers twice in one header",
    met: "reset",
    onHead: ends(`${head}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`),
  },
  {
    name: "gives a length that is no number",
    met: "reset",
    onHead: ends(`${head}content-length: many\r\n\r\n{}`),
  },
  {
    name: "has a header without a name",
    met: "reset",
    onHead: ends(`${head}: nothing\r\ncontent-length: 0\r\n\r\n`),
  },
  {
    name: "has a bare line feed in a header",
    met: "reset",
    onHead: ends("HTTP/1.1 200 OK\nx\ry: z\r\n\r\n"),
  },
  {
    name: "switches protocols",
    met: "reset",
    onHead: says("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
  },
  { name: "never answers", met: "timeout", stalls: true },
  { name: "only says 100 Continue", met: "reset", onHead: says("HTTP/1.1 100 Continue\r\n\r\n") },
  {
    name: "only gives early hints",
    met: "timeout",
    stalls: true,
    onHead: says("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"),
  },
  { name: "stalls inside the status line", met: "timeout", stalls: true, onHead: says("HTTP/1.1 20") },
  { name: "stalls inside the headers", met: "timeout", stalls: true, onHead: says(`${head}x-half: `) },
  {
    name: "drips headers",
    met: "timeout",
    stalls: true,
    onHead: (socket) => {
      socket.write(head);
      drips("x: y\r\n")(socket);
    },
  },
  {
    name: "stalls before the body",
    met: "timeout",
    stalls: true,
    answered: true,
    onHead: says(`${head}content-length: 9\r\n\r\n`),
  },
  {
    name: "stalls inside the body",
    met: "timeout",
    stalls: true,
    answered: true,
    onHead: says(`${head}content-length: 99\r\n\r\n{"version":`),
  },
  {
    name: "drips the body",
    met: "timeout",
    stalls: true,
    answered: true,
    onHead: (socket) => {
      socket.write(`${head}content-length: 99999\r\n\r\n`);
      drips(" ")(socket);
    },
  },
  {
    name: "stalls inside a chunk",
    met: "timeout",
    stalls: true,
    answered: true,
    onHead: says(`${head}transfer-encoding: chunked\r\n\r\nff\r\n{`),
  },
  {
    name: "stalls inside a 503",
    met: "timeout",
    stalls: true,
    answered: true,
    onHead: says("HTTP/1.1 503 Busy\r\ncontent-length: 9\r\n\r\n"),
  },
  {
    name: "cuts the body off",
    met: "reset",
    answered: true,
    onHead: ends(`${head}content-length: 99\r\n\r\n${good}`),
  },
  {
    name: "resets inside the body",
    met: "reset",
    answered: true,
    onHead: (socket) => socket.write(`${head}content-length: 99\r\n\r\n{`, () => socket.resetAndDestroy()),
  },
  {
    name: "cuts a chunk off",
    met: "reset",
    answered: true,
    onHead: ends(`${head}transfer-encoding: chunked\r\n\r\nff\r\n{`),
  },
  {
    name: "has a chunk of no size",
    met: "reset",
    answered: true,
    onHead: ends(`${head}transfer-encoding: chunked\r\n\r\nzz\r\n{}`),
  },
  {
    name: "floods the headers",
    met: "tooLarge",
    onHead: ends(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(40_000)}\r\n\r\n`),
  },
  {
    name: "announces a gigabyte",
    met: "tooLarge",
    answered: true,
    onHead: says(`${head}content-length: 1073741824\r\n\r\n{`),
  },
  {
    name: "floods the body",
    met: "tooLarge",
    answered: true,
    onHead: floods(`${head}transfer-encoding: chunked\r\n\r\nfffffff\r\n`),
  },
  {
    name: "floods until it closes",
    met: "tooLarge",
    answered: true,
    onHead: floods(`${head}connection: close\r\n\r\n`),
  },
  {
    name: "sends a gzip bomb",
    met: "tooLarge",
    answered: true,
    untimed: true,
    onHead: encoded("gzip", gzipSync(zeros)),
  },
  {
    name: "sends a deflate bomb",
    met: "tooLarge",
    answered: true,
    untimed: true,
    onHead: encoded("deflate", deflateSync(zeros)),
  },
  {
    name: "sends a brotli bomb",
    met: "tooLarge",
    answered: true,
    untimed: true,
    onHead: encoded("br", brotliCompressSync(zeros)),
  },
  {
    name: "sends a zstd bomb",
    met: "tooLarge",
    answered: true,
    untimed: true,
    onHead: encoded("zstd", zstdCompressSync(zeros)),
  },
  {
    name: "sends what is no gzip",
    met: "reset",
    answered: true,
    untimed: true,
    onHead: encoded("gzip", Buffer.from(good)),
  },
  {
    name: "cuts gzip off",
    met: "reset",
    answered: true,
    untimed: true,
    onHead: encoded("gzip", gzipSync(good).subarray(0, 20)),
  },
  {
    name: "sends an unknown encoding",
    met: "reset",
    answered: true,
    untimed: true,
    onHead: encoded("rot13", Buffer.from(good)),
  },
];

/** A fault of a well-formed answer. */
export interface AnswerFault extends Fault {
  readonly met: number;
  readonly answer: RequestListener;
  /** A RESTful technical profile takes it: an action is a name like any other there, and every value has a text. */
  readonly taken?: true;
}

export const replies =
  (status: number, body = "", headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);

const statuses = [
  300, 301, 302, 303, 304, 305, 307, 308, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 413, 414,
  415, 417, 418, 421, 422, 423, 424, 425, 426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 507,
  508, 511, 520, 599, 600, 700, 999,
];
const secretPage =
  "<html><body>Exception at /srv/app/index.js:10:5 password=hunter2-in-the-page</body></html>";

export const answerFaults: readonly AnswerFault[] = [
  ...statuses.map((status) => ({ name: `answers ${status}`, met: status, answer: replies(status) })),
  ...[
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1:1/",
    "http://10.0.0.1/",
    "https://[::1]/",
    "//evil.example/",
    "file:///etc/passwd",
  ].map((location) => ({
    name: `redirects to ${location}`,
    met: 307,
    answer: replies(307, "", { location }),
  })),
  {
    name: "answers 500 with a page",
    met: 500,
    answer: replies(500, secretPage, { "content-type": "text/html" }),
  },
  {
    name: "answers 503 and asks for 2 s",
    met: 503,
    asks: 2000,
    answer: replies(503, "", { "retry-after": "2" }),
  },
  {
    name: "answers 429 and asks for an hour",
    met: 429,
    asks: 3_600_000,
    answer: replies(429, "", { "retry-after": "3600" }),
  },
  {
    name: "answers 503 and asks for nonsense",
    met: 503,
    answer: replies(503, "", { "retry-after": "-1, soon" }),
  },
  {
    name: "answers 429 and asks for a day gone by",
    met: 429,
    asks: 0,
    answer: replies(429, "", { "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }),
  },
];

const useless: readonly (readonly [name: string, body: string, byProfiles?: "taken"])[] = [
  ["is empty", "", "taken"],
  ["is blank", " \r\n ", "taken"],
  ["is no JSON", "not json"],
  ["is a page", secretPage],
  ["is cut off", '{"version":"1.0.0","action":"Cont'],
  ["has a comma too many", '{"version":"1.0.0","action":"Continue",}'],
  ["has single quotes", "{'version':'1.0.0','action':'Continue'}"],
  ["is two objects", '{"action":"Continue"}{"action":"Continue"}'],
  ["is a list", `[${good}]`],
  ["is a text", '"Continue"'],
  ["is a number", "1"],
  ["is null", "null"],
  ["is NaN", "NaN"],
  ["nests 40 deep", `{"version":"1","action":"Continue","x":${"[".repeat(40)}${"]".repeat(40)}}`],
  ["nests 100,000 deep", "[".repeat(100_000)],
  ["opens 100,000 objects", '{"a":'.repeat(100_000)],
  [
    "says two actions, the last one unknown",
    '{"version":"1","action":"Continue","action":"Perhaps"}',
    "taken",
  ],
  ["says an unknown action", '{"version":"1","action":"Block"}', "taken"],
  ["says an action that is a number", '{"version":"1","action":1}', "taken"],
  ["says an action that is an object", '{"version":"1","action":{}}', "taken"],
  ["gives a huge number", '{"version":"1","action":"Continue","extension_Tier":1e400}'],
  ["gives a number of 40 digits", `{"version":"1","action":"Continue","extension_Tier":${"9".repeat(40)}}`],
  ["gives a fraction", '{"version":"1","action":"Continue","extension_Tier":1.5}'],
  ["gives text for a number", '{"version":"1","action":"Continue","extension_Tier":"gold"}'],
  ["gives an object for a text", '{"version":"1","action":"Continue","city":{"a":1}}', "taken"],
  ["gives a list for a text", '{"version":"1","action":"Continue","city":["a"]}', "taken"],
  ["is UTF-16", Buffer.from(good, "utf16le").toString("latin1")],
];

/** A 200 that a connector cannot use. */
export const uselessBodies: readonly AnswerFault[] = useless.map(([name, body, byProfiles]) => ({
  name: `answers 200 that ${name}`,
  met: 200,
  answer: replies(200, body),
  ...(byProfiles && { taken: true }),
}));
