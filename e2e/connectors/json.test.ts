import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eject } from "../../packages/server/src/cli/eject.ts";
import { readInvocation } from "../../packages/server/src/cli/options.ts";
import { bound, claimed, connector, flow, long } from "./documents.ts";
import { type Outcome, resultOf, signIn, signUp } from "./outcome.ts";
import { tenantDomain } from "./person.ts";
import { goOn } from "./test-api.ts";
import { goodPassword, startWorld, type World } from "./world.ts";

// docs/api-connectors.md, "JSON both ways": what a flow and its connectors may ask for beyond B2C's flat contract.

const template = {
  event: { at: "{step}", app: "{client_id}", schema: 9007199254740993n.toString() },
  person: { mail: "{email}", name: "{displayName}", phones: ["{jobTitle}"], preferences: "{extension_Pers}" },
  note: "{displayName} of {city}",
};
const preferences = { letters: ["weekly", { topic: "boats" }], "none\u2028": null };
const roles = ["admin", { scope: { team: 7, all: false } }];

const jsonClaims = claimed.map((id) => (/Pers|Roles/.test(id) ? { id, json: true } : id));

let world: World;
beforeAll(async () => {
  world = await startWorld(({ api }) => ({
    tenant: { settings: { alwaysIssueAccessToken: true } },
    connectors: {
      nested: connector("nested", `${api.url}/two`, {
        requestTemplate: template,
        jsonClaims: ["extension_Pers"],
      }),
      enrich: connector("enrich", `${api.url}/three`, { jsonClaims: ["extension_pers", long("Roles")] }),
      told: connector("told", `${api.url}/told`, { mode: "notify", requestTemplate: { told: "{objectId}" } }),
    },
    flows: {
      B2C_1_json: flow("B2C_1_json", {
        applicationClaims: jsonClaims,
        ...bound({ two: "nested", three: "enrich" }),
      }),
      B2C_1_text: flow("B2C_1_text", bound({ two: "nested", three: "enrich" })),
      B2C_1_told: flow("B2C_1_told", bound({ two: "told" })),
    },
  }));
});
afterAll(() => world.close());
beforeEach(() => {
  world.api.reset();
  world.api.on("/two", goOn({ extension_Pers: preferences }));
  world.api.on("/three", goOn({ extension_Roles: roles }));
});

const fields = { jobTitle: "Pilot", city: "Lund", extension_Pers: "typed" };

/** What the API and the application saw of one sign-up, but for what differs from person to person. */
function seenOf({ tokens }: Outcome) {
  return {
    asked: JSON.parse(world.api.only("/two").text.replaceAll(/person\d+[\w.]*@/g, "ida@")),
    id: { roles: tokens?.claims.extension_Roles, preferences: tokens?.claims.extension_Pers },
    access: { roles: tokens?.access.extension_Roles, preferences: tokens?.access.extension_Pers },
  };
}

const expected = {
  asked: {
    event: {
      at: "PostAttributeCollection",
      app: "bbbbbbbb-0000-4000-8000-000000000001",
      schema: "9007199254740993",
    },
    person: { mail: "ida@people.example", name: "Ida Lund", phones: ["Pilot"], preferences: "typed" },
    note: "Ida Lund of Lund",
  },
  id: { roles, preferences },
  access: { roles, preferences },
};

describe("JSON both ways", () => {
  it("nests the request, stores and enriches what comes back, and stands as JSON in tokens", async () => {
    const outcome = await signUp(world, "B2C_1_json", fields);
    expect(resultOf(outcome)).toBe("token");
    expect(seenOf(outcome)).toEqual(expected);
    expect(outcome.account?.attributes[long("Pers")]).toBe(JSON.stringify(preferences));
    // The second connector is sent what is stored, as JSON because it asks for it.
    expect(world.api.only("/three").body[long("Pers")]).toEqual(preferences);
    expect(outcome.account?.attributes).not.toHaveProperty([long("Roles")]);
  });

  it("says the same at a sign-in and at a refresh", async () => {
    const first = await signUp(world, "B2C_1_json", fields);
    const { tokens, person } = await signIn(world, "B2C_1_json", first.email, goodPassword);
    expect(tokens?.claims).toMatchObject({ extension_Roles: roles, extension_Pers: preferences });
    world.api.on("/three", goOn({ extension_Roles: ["later"] }));
    const refreshed = tokens && (await person.refresh(tokens, "B2C_1_json"));
    expect(refreshed?.claims).toMatchObject({ extension_Roles: roles, extension_Pers: preferences });
    expect(refreshed?.access).toMatchObject({ extension_Roles: roles });
  });

  it("is text in tokens unless the flow asks for JSON, as in B2C", async () => {
    const { tokens } = await signUp(world, "B2C_1_text", fields);
    expect(tokens?.claims).toMatchObject({
      extension_Roles: JSON.stringify(roles),
      extension_Pers: JSON.stringify(preferences),
    });
  });

  it("is no JSON at all unless the connector asks for it, as in B2C", async () => {
    const outcome = await signUp(world, "B2C_1_susi", fields);
    expect(resultOf(outcome)).toMatch(/^page: /);
    expect(outcome.account).toBeUndefined();
    world.api.on("/two", goOn({ extension_Pers: JSON.stringify(preferences) }));
    world.api.on("/three", goOn());
    const { tokens } = await signUp(world, "B2C_1_susi", fields);
    expect(tokens?.claims.extension_Pers).toBe(JSON.stringify(preferences));
    expect(world.api.to("/three").at(-1)?.body[long("Pers")]).toBe(JSON.stringify(preferences));
  });

  it("refuses what does not fit, and nothing is created", async () => {
    for (const extension_Pers of [["x".repeat(253)], { a: "x".repeat(1000) }]) {
      world.api.on("/two", goOn({ extension_Pers }));
      const outcome = await signUp(world, "B2C_1_json", fields);
      expect(resultOf(outcome)).toMatch(/^page: /);
      expect(outcome.account).toBeUndefined();
    }
    world.api.on("/two", goOn());
    world.api.on("/three", goOn({ extension_Roles: ["x".repeat(17_000)] }));
    const outcome = await signUp(world, "B2C_1_json", fields);
    expect(resultOf(outcome)).toMatch(/^application: /);
  });

  it("nests what a notification says", async () => {
    const { account } = await signUp(world, "B2C_1_told", {});
    await expect.poll(() => world.api.to("/told").length, { timeout: 10_000 }).toBe(1);
    expect(world.api.only("/told").body).toEqual({ told: account?.objectId });
  });

  it("is the same after the flow was ejected to policy XML", async () => {
    const lines: string[] = [];
    const invocation = readInvocation(["eject", world.directory, "B2C_1_json"], {});
    if (typeof invocation === "string") throw new Error(invocation);
    const code = await eject(invocation, {
      out: (line) => lines.push(line),
      err: (line) => lines.push(line),
    });
    const xml = lines.join("\n");
    expect(code).toBe(0);
    const policy = /PolicyId="([^"]+)"/.exec(xml)?.[1] ?? "";
    expect(policy).toMatch(/^B2C_1A_/);
    await writeFile(join(world.directory, "Ejected.xml"), xml);
    const metadata = `${world.url}/${tenantDomain}/${policy}/v2.0/.well-known/openid-configuration`;
    await expect.poll(async () => (await fetch(metadata)).status, { timeout: 10_000 }).toBe(200);
    expect(seenOf(await signUp(world, policy, fields))).toEqual(expected);
  });
});
