import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ScriptedServer, scriptedServer } from "./scripted-server.fixture.ts";
import { type ShownPage, shown, type TestBrowser } from "./test-browser.fixture.ts";

// pages.md 1.5: each rule is what a live client does.

let server: ScriptedServer;
let browser: TestBrowser;
let page: ShownPage;
beforeAll(async () => {
  server = await scriptedServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  browser = server.browser();
  page = await browser.start();
  server.script.events.length = 0;
});

const form = "application/x-www-form-urlencoded; charset=UTF-8";
const accepted = '{"status":"200"}';

async function submit(
  query: string,
  options: {
    readonly body?: BodyInit;
    readonly headers?: Readonly<Record<string, string>>;
    readonly path?: string;
  } = {},
): Promise<string> {
  const response = await browser.fetch(`${options.path ?? `${page.base}/SelfAsserted`}${query}`, {
    method: "POST",
    headers: { "content-type": form, "x-csrf-token": page.csrf, ...options.headers },
    body: options.body ?? "request_type=RESPONSE&answer=ok",
  });
  return response.status === 200 ? response.text() : String(response.status);
}

function postedFields(): Readonly<Record<string, string>> {
  const event = server.script.events.at(-1);
  return event?.kind === "submitted" ? event.fields : {};
}

describe("tolerance rules", () => {
  it("R0: tx and p in the body, or nowhere", async () => {
    expect(
      await submit("", { body: `request_type=RESPONSE&answer=ok&tx=${page.transId}&p=${page.policy}` }),
    ).toBe(accepted);
    expect(await submit("")).toBe(accepted);
    const moved = await browser.fetch(`${page.base}/api/SelfAsserted/confirmed?csrf_token=${page.csrf}`);
    expect((await shown(moved)).api).toBe("SelfAsserted");
  });

  it("R1: a doubled prefix", async () => {
    expect(await submit(`?tx=StateProperties=${page.transId}&p=${page.policy}`)).toBe(accepted);
  });

  it("R2: padded base64, percent-encoded, without the prefix", async () => {
    const padded = Buffer.from(JSON.stringify({ TID: page.tid })).toString("base64");
    expect(padded).toMatch(/=$/);
    for (const tx of [
      `StateProperties=${padded}`,
      `StateProperties%3D${encodeURIComponent(padded)}`,
      `StateProperties%253D${padded.replaceAll("=", "")}`,
      padded,
    ])
      expect(await submit(`?tx=${tx}`)).toBe(accepted);
  });

  it("R3: the trans cookie's value as tx; garbage falls back to the newest open transaction", async () => {
    const trans = browser.cookies.get("x-ms-cpim-trans") ?? "";
    expect(await submit(`?tx=StateProperties=${trans}`)).toBe(accepted);
    expect(await submit(`?tx=StateProperties=${encodeURIComponent(trans)}`)).toBe(accepted);
    expect(await submit("?tx=StateProperties=%%%not-base64")).toBe(accepted);
    expect(await submit("?tx=StateProperties=eyJub3QiOiJ0aGlzIn0")).toBe(accepted);
  });

  it("R4 and R5: p absent, empty, foreign, in any case; parameters in any order", async () => {
    for (const query of [
      `?tx=${page.transId}`,
      `?tx=${page.transId}&p=`,
      `?p=B2C_1A_signin_rest_api_validation&tx=${page.transId}`,
      `?p=b2c_1_SUSI&tx=${page.transId}`,
    ])
      expect(await submit(query)).toBe(accepted);
  });

  it("R6: any api in confirmed, in any case", async () => {
    await submit("");
    const moved = await browser.fetch(
      `${page.base}/API/phonefactor/CONFIRMED?csrf_token=${page.csrf}&tx=${page.transId}`,
    );
    expect((await shown(moved)).api).toBe("SelfAsserted");
  });

  it("R7, R8 and R15: no X-Requested-With, a foreign Origin, an odd Referer, no Accept", async () => {
    expect(
      await submit("", {
        headers: {
          origin: "https://login.lagomars.com",
          referer: "https://x.test/?c=$\u007bcode_Challenge}",
          accept: "text/html",
        },
      }),
    ).toBe(accepted);
  });

  it("R9: charset or none, multipart, no content type, leading &, repeated keys, raw blanks and marks", async () => {
    const plain = { "content-type": "application/x-www-form-urlencoded" };
    expect(await submit("", { headers: plain })).toBe(accepted);
    expect(await submit("", { body: "&request_type=RESPONSE&answer=no&answer=ok" })).toBe(accepted);
    expect(await submit("", { body: "request_type=RESPONSE&answer=ok&email=a b@c.test:/x" })).toBe(accepted);
    expect(postedFields()).toEqual({ answer: "ok", email: "a b@c.test:/x" });

    const multipart = new FormData();
    multipart.set("request_type", "RESPONSE");
    multipart.set("answer", "ok");
    multipart.set("email", "a@b.test");
    const response = await browser.fetch(`${page.base}/SelfAsserted`, {
      method: "POST",
      headers: { "x-csrf-token": page.csrf },
      body: multipart,
    });
    expect(await response.text()).toBe(accepted);
    expect(postedFields()).toEqual({ answer: "ok", email: "a@b.test" });

    const broken = await submit("", { headers: { "content-type": "multipart/form-data; boundary=x" } });
    expect(broken).toBe("400");
  });

  it("R9 and R15: a bare HTTP/1.1 client without content type, user agent and keep-alive", async () => {
    const body = "request_type=RESPONSE&answer=ok";
    const cookies = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await raw(
      `POST ${page.base}/SelfAsserted?tx=${page.transId} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nCookie: ${cookies}\r\nX-CSRF-TOKEN: ${page.csrf}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain(accepted);
  });

  it("joins a repeated key where the page shows a group of check boxes", async () => {
    expect(
      await submit("", { body: "request_type=RESPONSE&answer=ok&tastes=&tastes=sweet&tastes=sour" }),
    ).toBe(accepted);
    expect(postedFields()).toEqual({ answer: "ok", tastes: "sweet,sour" });
  });

  it("R10: extra fields do no harm, and no field is called __proto__", async () => {
    expect(
      await submit("", {
        body: "request_type=RESPONSE&answer=ok&JavaScriptDisabled=1&x_ver_input=1&__proto__=x",
      }),
    ).toBe(accepted);
    expect(Object.keys(postedFields())).toEqual(["answer", "JavaScriptDisabled", "x_ver_input"]);
  });

  it("R11: rememberMe in any case, or absent", async () => {
    for (const query of ["rememberMe=TRUE&", "rememberMe=false&", "", "rememberMe=1&"])
      await browser.act(page, "confirmed", query);
    expect(server.script.events.map((event) => event.kind === "confirmed" && event.keepMeSignedIn)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it("R12: diags, metrics and _ of any content", async () => {
    const diags = encodeURIComponent(
      JSON.stringify({ trace: "x".repeat(6_000), url: "https://foreign.test/" }),
    );
    const moved = await browser.fetch(
      `${page.base}/api/CombinedSigninAndSignup/confirmed?csrf_token=${page.csrf}&tx=${page.transId}&metrics=1&p=x&diags=${diags}&_=1`,
    );
    expect(moved.status).toBe(200);
  });

  it("R13 and R14: request_type absent, first, last, in any case", async () => {
    for (const body of ["answer=ok", "answer=ok&request_type=RESPONSE", "request_type=response&answer=ok"])
      expect(await submit("", { body })).toBe(accepted);
  });

  it("R16: trailing and doubled slashes, other cases, the tfp and te prefixes", async () => {
    for (const path of [
      "/contoso.onmicrosoft.com/B2C_1_susi/SelfAsserted/",
      "/contoso.onmicrosoft.com//B2C_1_susi/selfasserted",
      "/CONTOSO.onmicrosoft.com/b2c_1_SUSI/Selfasserted",
      "/tfp/contoso.onmicrosoft.com/B2C_1_susi/SelfAsserted",
      "/te/aaaaaaaa-0000-4000-8000-000000000001/B2C_1_susi/SelfAsserted",
    ])
      expect(await submit("", { path })).toBe(accepted);
  });
});

describe("the CSRF token", () => {
  it("counts in the header, the query or the form, also cut or percent-encoded", async () => {
    const none = { "x-csrf-token": "" };
    expect(await submit(`?csrf_token=${page.csrf}`, { headers: none })).toBe(accepted);
    expect(await submit(`?csrf_token=${page.csrf.replaceAll("=", "")}`, { headers: none })).toBe(accepted);
    expect(await submit(`?csrf_token=${page.csrf.replaceAll("=", "%253D")}`, { headers: none })).toBe(
      accepted,
    );
    expect(await submit("", { headers: none, body: `answer=ok&csrf_token=${page.csrf}` })).toBe(accepted);
  });

  it("of the first page counts on every later page", async () => {
    await submit("");
    const second = await shown(await browser.act(page));
    expect(second.csrf).not.toBe(page.csrf);
    expect(await submit("")).toBe(accepted);
  });

  it("missing or wrong is an empty 400 for a post and the error page for a navigation", async () => {
    const changed = `${page.csrf.slice(0, 40)}${page.csrf[40] === "A" ? "B" : "A"}${page.csrf.slice(41)}`;
    const other = await server.browser().start();
    for (const token of ["", "x", changed, other.csrf]) {
      const response = await browser.fetch(`${page.base}/SelfAsserted?tx=${page.transId}`, {
        method: "POST",
        headers: { "content-type": form, "x-csrf-token": token },
        body: "answer=ok",
      });
      expect([response.status, await response.text()]).toEqual([400, ""]);
      const get = await browser.fetch(
        `${page.base}/api/SelfAsserted/cancelled?csrf_token=${token}&tx=${page.transId}`,
      );
      expect(get.status).toBe(400);
      expect(await get.text()).toContain("AADB2C90046");
    }
    expect(server.script.events).toEqual([]);
  });
});

describe("cookies that come back changed", () => {
  it("quoted values, only the trans cookie, or only the cache cookie", async () => {
    const all = [...browser.cookies];
    const quoted = all.map(([name, value]) => `${name}="${value}"`).join("; ");
    expect(await submit("", { headers: { cookie: quoted } })).toBe(accepted);
    for (const wanted of ["x-ms-cpim-trans", "x-ms-cpim-cache"]) {
      const cookie = all
        .filter(([name]) => name.startsWith(wanted))
        .map(([name, value]) => `${name}=${value}`)
        .join("; ");
      expect(await submit(`?tx=${page.transId}`, { headers: { cookie } })).toBe(accepted);
      expect(await submit("", { headers: { cookie } })).toBe(accepted);
    }
  });

  it("none at all, or none that is ours, is refused", async () => {
    const none = await submit(`?tx=${page.transId}`, { headers: { cookie: "other=1" } });
    expect(JSON.parse(none)).toMatchObject({ status: "400", errorCode: "AADB2C90211" });
    const broken = await submit(`?tx=${page.transId}`, { headers: { cookie: "x-ms-cpim-trans=nonsense" } });
    expect(JSON.parse(broken)).toMatchObject({ status: "400", errorCode: "AADB2C90212" });
    expect(await submit("?tx=garbage", { headers: { cookie: "other=1" } })).toBe("400");
    expect(server.script.events).toEqual([]);
  });
});

/** One request over a bare socket. */
function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.origin).port), "127.0.0.1");
    let answer = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("end", () => resolve(answer));
    socket.on("error", reject);
    socket.write(request);
  });
}
