import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Person, tenantDomain } from "../connectors/person.ts";
import { aPage, type ShownPage } from "../connectors/shown.ts";
import { goodPassword, newAddress, startWorld, type World } from "../connectors/world.ts";

const policy = "B2C_1A_proofs";
const notVerified = "The claims for verification control have not been verified.";

let world: World;
beforeAll(async () => {
  const text = await readFile(join(import.meta.dirname, "policy.xml"), "utf8");
  // The test's API is the mail service of this policy.
  world = await startWorld(({ api }) => ({
    files: { "policies/proofs.xml": text.replace("{mail service}", api.url) },
  }));
}, 60_000);
afterAll(() => world?.close());

let person: Person;
let page: ShownPage;
let email: string;
let backupEmail: string;
beforeEach(async () => {
  person = world.person();
  page = aPage(await person.open(policy));
  email = newAddress();
  backupEmail = newAddress();
});

interface Reply {
  readonly http: number;
  readonly text: string;
}

/** What the page's script posts for a button of a control. */
async function press(
  path: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = { "x-csrf-token": page.csrf },
): Promise<Reply> {
  const response = await person.fetch(`${page.base}/${path}?tx=${page.transId}&p=${page.policy}`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded; charset=UTF-8", ...headers },
    body: new URLSearchParams(fields).toString(),
  });
  return { http: response.status, text: await response.text() };
}

const actions = "SelfAsserted/DisplayControlAction/vbeta";
const ok = { http: 200, text: '{"status":"200"}' };
const nothing = { http: 400, text: "" };

function mailedCode(): string {
  const { text = "{}" } = world.api.received.filter(({ url }) => url === "/mail").at(-1) ?? {};
  return JSON.parse(text).personalizations[0].dynamic_template_data.otp;
}

async function proveBoth(): Promise<void> {
  await press(`${actions}/emailControl/SendCode`, { email });
  await press(`${actions}/emailControl/VerifyCode`, { email, emailCode: await world.code(email) });
  await press(`${actions}/backupControl/SendCode`, { backupEmail });
  await press(`${actions}/backupControl/VerifyCode`, { backupEmail, backupCode: mailedCode() });
}

const details = () => ({
  email,
  displayName: "Ida Lund",
  backupEmail,
  newPassword: goodPassword,
  reenterPassword: goodPassword,
});

function account(address: string) {
  const tenant = world.server.context.tenants.find(tenantDomain);
  if (!tenant) throw new Error("the tenant is not served");
  return world.server.context.store
    .directory(tenant)
    .find({ kind: "signInName", signInType: "emailAddress", value: address });
}

describe("the data of a page with controls", () => {
  it("holds each control among the fields, with its own fields and texts inside", () => {
    const line = /^var SA_FIELDS = (.*);$/m.exec(page.html)?.[1] ?? "";
    const { AttributeFields: fields } = JSON.parse(line);
    expect(fields.map(({ ID }: { ID: string }) => ID)).toEqual([
      "emailControl",
      "displayName",
      "backupControl",
      "newPassword",
      "reenterPassword",
    ]);
    const [control] = fields;
    expect(Object.keys(control)).toEqual([
      "UX_INPUT_TYPE",
      "USER_INPUT_TYPE",
      ...["IS_TEXT", "IS_EMAIL", "IS_PASSWORD", "IS_DATE", "IS_RADIO", "IS_DROP"],
      ...["IS_TEXT_IN_PARAGRAPH", "IS_CHECK_MULTI", "IS_LINK", "VERIFY", "DN", "ID", "U_HELP"],
      "DISPLAY_FIELDS",
      "DISPLAY_CONTROL_CONTENT",
    ]);
    expect(control).toMatchObject({
      UX_INPUT_TYPE: "VerificationControl",
      USER_INPUT_TYPE: "DisplayControl",
      IS_TEXT: false,
      DN: "",
      DISPLAY_CONTROL_CONTENT: {
        but_send_code: "Send verification code",
        but_change_claims: "Change e-mail",
      },
    });
    expect(control.DISPLAY_FIELDS).toMatchObject([
      { ID: "email", CONTROL_CLAIM: "email", IS_EMAIL: true, IS_REQ: true },
      { ID: "emailCode", CONTROL_CLAIM: "VerificationCode", IS_TEXT: true, IS_REQ: true },
    ]);
    expect(control.DISPLAY_CONTROL_CONTENT).not.toHaveProperty("intro_msg");
    expect(fields[2].DISPLAY_CONTROL_CONTENT.intro_msg).toMatch(/^We write to this address/);
    expect(Object.keys(JSON.parse(/^var CONTENT = (.*);$/m.exec(page.html)?.[1] ?? ""))).not.toContain(
      "but_send_code",
    );
  });
});

describe("the endpoint of a control's actions", () => {
  it.each([
    actions,
    "selfasserted/displaycontrolaction/VBETA",
    "AnyPage/DisplayControlAction/vbeta",
    "api/SelfAsserted/DisplayControlAction/vbeta",
  ])("answers under %s, whatever the case of control and action", async (path) => {
    expect(await press(`${path}/EMAILCONTROL/sendcode`, { email })).toEqual(ok);
    expect(await world.code(email)).toMatch(/^\d{6}$/);
  });

  it("answers what a validation profile says, and a wrong code with 200 and status 400", async () => {
    await press(`${actions}/backupControl/SendCode`, { backupEmail });
    const wrong = await press(`${actions}/backupControl/VerifyCode`, { backupEmail, backupCode: "x" });
    expect(wrong.http).toBe(200);
    expect(JSON.parse(wrong.text)).toEqual({ status: "400", message: "This code is not the one." });
    expect(
      await press(`${actions}/backupControl/VerifyCode`, { backupEmail, backupCode: mailedCode() }),
    ).toEqual(ok);
  });

  it.each([
    ["a control that the page does not have", "otherControl/SendCode"],
    ["an action that the control does not have", "emailControl/Pass"],
  ])("says nothing but 400 to %s", async (_, path) => {
    expect(await press(`${actions}/${path}`, { email })).toEqual(nothing);
  });

  it("says nothing but 400 without the page's token, and sends nothing", async () => {
    const before = world.api.received.length;
    expect(await press(`${actions}/backupControl/SendCode`, { backupEmail }, {})).toEqual(nothing);
    expect(world.api.received).toHaveLength(before);
  });

  it("refuses a stranger's browser", async () => {
    const stranger = world.person();
    const response = await stranger.fetch(
      `${page.base}/${actions}/emailControl/SendCode?tx=${page.transId}&p=${page.policy}`,
      { method: "POST", headers: { "x-csrf-token": page.csrf }, body: new URLSearchParams({ email }) },
    );
    expect(JSON.parse(await response.text())).toMatchObject({ status: "400", errorCode: "AADB2C90211" });
  });
});

describe("the form of a page with controls", () => {
  it("creates nothing before every control is verified, whatever is posted and followed", async () => {
    const attempts = [
      async () => undefined,
      async () => press(`${actions}/emailControl/SendCode`, { email }),
      async () => press(`${actions}/emailControl/VerifyCode`, { email, emailCode: await world.code(email) }),
      async () => press(`${actions}/backupControl/SendCode`, { backupEmail }),
    ];
    for (const attempt of attempts) {
      await attempt();
      const posts = [details(), { ...details(), emailCode: "123456", backupCode: "123456" }];
      for (const fields of posts) expect((await person.post(page, fields)).message).toBe(notVerified);
      expect((await person.act(page, "confirmed")).kind).toBe("page");
    }
    expect(await account(email)).toBeUndefined();
  });

  it("creates the account with what was proved, code boxes repeated or not", async () => {
    await proveBoth();
    const end = await person.submit(page, { ...details(), emailCode: "000000", backupCode: "anything" });
    expect(end.kind).toBe("application");
    expect((await account(email))?.attributes.strongAuthenticationEmailAddress).toBe(backupEmail);
  });

  it("refuses another address than the one that was proved, and creates neither", async () => {
    await proveBoth();
    const victim = newAddress();
    expect((await person.post(page, { ...details(), email: victim })).message).toBe(notVerified);
    expect((await person.act(page, "confirmed")).kind).toBe("page");
    expect(await account(victim)).toBeUndefined();
    expect(await account(email)).toBeUndefined();
  });

  it("proves anew what is proved in another tab", async () => {
    await proveBoth();
    const other = aPage(await person.open(policy));
    expect((await person.post(other, details())).message).toBe(notVerified);
  });
});
