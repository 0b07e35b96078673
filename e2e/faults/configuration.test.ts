import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bound, connector, demo, flow } from "../connectors/documents.ts";
import { claimsOfSignIn, resultOf, signUp } from "../connectors/outcome.ts";
import { aPage, type ShownPage } from "../connectors/shown.ts";
import { goOn } from "../connectors/test-api.ts";
import { goodPassword, newAddress, startWorld, type World, writeJson } from "../connectors/world.ts";

// A wrong file names itself, the place, the rule and the nearest right value; the last good version goes on serving.

interface Found {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly hint?: string;
  readonly at: { readonly file: string; readonly line: number; readonly column: number };
}

let world: World;
let readings: (readonly Found[])[] = [];
let waiting: (() => void)[] = [];

beforeAll(async () => {
  world = await startWorld(undefined, {
    onTenantsChange: (diagnostics) => {
      readings.push(diagnostics as readonly Found[]);
      for (const wake of waiting.splice(0)) wake();
    },
  });
});
afterAll(() => world.close());
beforeEach(() => {
  readings = [];
  waiting = [];
  world.api.reset();
});

/** The newest reading of the folder that satisfies the condition. */
async function reading(condition: (found: readonly Found[]) => boolean): Promise<readonly Found[]> {
  for (;;) {
    const found = readings.find(condition);
    if (found) return found;
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
}
const errors = (found: readonly Found[]) => found.filter(({ severity }) => severity === "error");
const good = (found: readonly Found[]) => errors(found).length === 0;
const bad = (found: readonly Found[]) => !good(found);

describe.each([
  {
    what: "a user flow with a misspelt member",
    file: "userFlows/B2C_1_susi.json",
    text: '{\n  "id": "B2C_1_susi",\n  "userFlowTyp": "signUpOrSignIn"\n}',
    line: 3,
    hint: /userFlowType/,
  },
  {
    what: "a user flow that names an unknown connector",
    file: "userFlows/B2C_1_susi.json",
    text: JSON.stringify(flow("B2C_1_susi", bound({ two: "tow" })), null, 2),
    line: undefined,
    hint: /two/,
  },
  {
    what: "a user flow that is cut off",
    file: "userFlows/B2C_1_susi.json",
    text: '{\n  "id": "B2C_1_susi",\n  "userFlowType": "signUp',
    line: 3,
    hint: /./,
  },
  {
    what: "a connector with a wrong address",
    file: "apiConnectors/two.json",
    text: JSON.stringify(connector("two", "ftp://api.example/two"), null, 2),
    line: undefined,
    hint: /http/,
  },
  {
    what: "a connector of an unknown kind",
    file: "apiConnectors/two.json",
    text: JSON.stringify(
      connector("two", "https://api.example/two", {
        authenticationConfiguration: { "@odata.type": "#microsoft.graph.basicAuthentification" },
      }),
      null,
      2,
    ),
    line: undefined,
    hint: /basicAuthentication/,
  },
])("$what", ({ file, text, line, hint }) => {
  it("is named with file, line, column and hint, and the last good version serves until it is mended", async () => {
    const path = join(world.directory, file);
    const before = await readFile(path, "utf8");
    await writeFile(path, text);
    const [first] = errors(await reading(bad));
    expect(first?.at.file.endsWith(file) || first?.at.file.endsWith("B2C_1_susi.json")).toBe(true);
    if (line !== undefined) expect(first?.at.line).toBe(line);
    expect(first?.at.column).toBeGreaterThan(0);
    expect(`${first?.message} ${first?.hint ?? ""}`).toMatch(hint);

    world.api.on("/two", goOn({ city: "Malmö" }));
    const served = await signUp(world, "B2C_1_susi");
    expect(resultOf(served)).toBe("token");
    expect(served.tokens?.claims.city).toBe("Malmö");
    expect((await claimsOfSignIn(world, "B2C_1_plain", demo.email, demo.password)).emails).toEqual([
      demo.email,
    ]);

    readings = [];
    await writeFile(path, before);
    await reading(good);
    expect(resultOf(await signUp(world, "B2C_1_susi"))).toBe("token");
  });
});

it("a journey ends with the version that it began with; the next one has the new version", async () => {
  const person = world.person();
  const page: ShownPage = await person.openSignUp("B2C_1_plain");
  const path = join(world.directory, "userFlows/B2C_1_plain.json");
  const before = await readFile(path, "utf8");
  await writeJson(path, flow("B2C_1_plain", { applicationClaims: ["emails"], userAttributeAssignments: [] }));
  await reading(good);
  const email = newAddress();
  const end = await person.submit(page, {
    ...{ email, newPassword: goodPassword, reenterPassword: goodPassword },
    ...{ displayName: "Ida Lund", city: "Lund" },
  });
  expect((await person.redeem(end, "B2C_1_plain")).claims).toMatchObject({ name: "Ida Lund", city: "Lund" });
  const next = await claimsOfSignIn(world, "B2C_1_plain", email);
  expect(next).toMatchObject({ emails: [email] });
  expect(next).not.toHaveProperty("city");
  readings = [];
  await writeFile(path, before);
  await reading(good);
});

it("a flow that is new is served at once, and gone when its file is", async () => {
  const path = join(world.directory, "userFlows/B2C_1_new.json");
  expect((await world.person().open("B2C_1_new")).kind).toBe("error");
  await writeJson(path, flow("B2C_1_new"));
  await reading(good);
  aPage(await world.person().open("B2C_1_new"));
  readings = [];
  await rm(path);
  await reading(good);
  expect((await world.person().open("B2C_1_new")).kind).toBe("error");
});
