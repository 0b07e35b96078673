import { describe, expect, it } from "vitest";
import { optionTable, readInvocation, UsageError } from "./options.ts";
import { usage } from "./usage.ts";

const read = (...argv: string[]) => readInvocation(argv, {});

describe("the command line", () => {
  it("reads a command, its folders and its options in any order", () => {
    expect(read("dev", "a", "--http-port", "8080", "b", "--host=0.0.0.0")).toEqual({
      command: "dev",
      directories: ["a", "b"],
      httpPort: 8080,
      host: "0.0.0.0",
      publicHosts: [],
      trustedProxies: [],
      privateHosts: [],
      allowedNetworks: [],
    });
  });

  it("takes an option that may be repeated as often as it stands there", () => {
    expect(read("serve", "t", "--public-host", "a.example", "--public-host", "b.example")).toMatchObject({
      publicHosts: ["a.example", "b.example"],
    });
  });

  it("reads the environment, and prefers what was typed", () => {
    const environment = {
      VESTIBULE_HTTP_PORT: "1000",
      VESTIBULE_DATABASE: "postgres://db/one",
      VESTIBULE_TRUSTED_PROXY: "10.0.0.1, 10.0.0.2",
      VESTIBULE_SMTP: "",
    };
    const invocation = readInvocation(["serve", "t", "--http-port", "2000"], environment);
    expect(invocation).toMatchObject({
      httpPort: 2000,
      database: "postgres://db/one",
      trustedProxies: ["10.0.0.1", "10.0.0.2"],
    });
    expect(invocation).not.toHaveProperty("smtp");
  });

  it("offers the nearest name for an unknown option or command", () => {
    expect(() => read("dev", "t", "--htttp-port", "1")).toThrow(
      "There is no option --htttp-port. Did you mean --http-port?",
    );
    expect(() => read("serv", "t")).toThrow("There is no command serv. Did you mean serve?");
    expect(() => read("dev", "t", "--colour")).toThrow("vestibule --help lists what there is.");
  });

  it.each([
    [["dev"], /needs the folder of a tenant/],
    [["--host", "x"], /A command is missing/],
    [["dev", "t", "--http-port"], /--http-port needs a value/],
    [["dev", "t", "--host", "--smtp", "x"], /--host needs a value/],
    [["dev", "t", "--http-port", "65536"], /0 to 65535.*65536 is none/],
    [["dev", "t", "--http-port", "-1"], /0 to 65535|needs a value/],
    [["dev", "t", "--http-port", "80x"], /80x is none/],
    [["dev", "t", "--log-level", "loud"], /takes one of trace, .*loud/],
    [["dev", "t", "--help=yes"], /--help takes no value/],
    [["trust", "t"], /takes no folder/],
  ])("refuses %j", (argv, message) => {
    expect(() => readInvocation(argv, {})).toThrow(message);
    expect(() => readInvocation(argv, {})).toThrow(UsageError);
  });

  it("answers --help, help, -h, nothing at all, and --version", () => {
    for (const argv of [["--help"], ["help"], ["-h"], [], ["dev", "--help"]])
      expect(readInvocation(argv, {})).toBe("help");
    expect(read("--version")).toBe("version");
  });

  it("documents every option and every variable", () => {
    for (const [name, { variable }] of Object.entries(optionTable)) {
      expect(usage).toContain(`--${name}`);
      if (variable !== undefined) expect(usage).toContain(variable);
    }
  });
});
