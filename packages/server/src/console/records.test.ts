import { randomUUID } from "node:crypto";
import { request } from "node:http";
import type { CallRecord } from "@vestibule/engine";
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type ConsoleServer,
  connectorPassword,
  hostileTexts,
  policy,
  sendJson,
  startConsole,
} from "./console.fixture.ts";

let console: ConsoleServer;

beforeAll(async () => {
  console = await startConsole();
});
afterAll(async () => {
  await console?.close();
});
beforeEach(() => {
  console.answers((response) => sendJson(response, { version: "1.0.0", action: "Continue" }));
});

const json = async (path: string) => (await fetch(console.url + path)).json();
const html = async (path: string) => (await fetch(console.url + path)).text();
const lastCall = async (): Promise<CallRecord> => (await json("/dev/calls.json"))[0];

describe("the outbox", () => {
  const mail = (to: string, at: number, code = "123456") =>
    console.server.context.store.outbox.add({
      id: randomUUID(),
      tenantId: console.tenantId,
      at,
      to,
      subject: `Code for ${to}`,
      text: `Your code is ${code}`,
      html: `<p>Your code is <b>${code}</b></p><script>window.hacked=1</script>`,
      code,
      delivery: "outbox",
    });

  it("is a list for scripts, newest first, that can be cut down to one address", async () => {
    await mail("first@x.example", 1_000, "111111");
    await mail("second@x.example", 2_000, "222222");
    await mail("first@x.example", 3_000, "333333");
    const all = await json("/dev/outbox.json");
    expect(all.map((one: { code: string }) => one.code)).toEqual(["333333", "222222", "111111"]);
    expect(all[0]).toMatchObject({
      tenant: "contoso.onmicrosoft.com",
      to: "first@x.example",
      subject: "Code for first@x.example",
      text: "Your code is 333333",
      at: 3_000,
    });
    const found = await json("/dev/outbox.json?to=FIRST%40x.example");
    expect(found.map((one: { code: string }) => one.code)).toEqual(["333333", "111111"]);
    await mail("plus+one@x.example", 500, "444444");
    for (const to of ["plus+one@x.example", "plus%2Bone%40x.example"]) {
      expect(await json(`/dev/outbox.json?to=${to}`), to).toMatchObject([{ code: "444444" }]);
    }
  });

  it("shows the HTML in a frame whose own policy runs nothing and fetches nothing", async () => {
    const [{ id }] = await json("/dev/outbox.json");
    const page = await html("/dev/outbox");
    expect(page).toContain(`sandbox loading="lazy" src="/dev/outbox/${id}/html"`);
    const frame = await fetch(`${console.url}/dev/outbox/${id}/html`);
    const rule = frame.headers.get("content-security-policy") ?? "";
    expect(rule).toMatch(/^sandbox; default-src 'none'/);
    expect(rule).not.toMatch(/allow-|script-src|https?:/);
    expect(await frame.text()).toContain("<b>");
  });
});

describe("a call that a journey made", () => {
  it("shows request, answer and the verdict on every claim, with the nearest valid name", async () => {
    console.answers((response) =>
      sendJson(response, { action: "Continue", extension_PromotionCod: "X", city: "Berlin" }),
    );
    await console.signIn();
    const call = await lastCall();
    expect(call).toMatchObject({ policyId: policy, connectorId: "before-token", decision: "continue" });
    const page = await html(`/dev/calls/${call.id}`);
    const order = ["Request", "Answer", "Verdict"].map((name) => page.indexOf(`>${name}</h2>`));
    expect(order.every((place, index) => place > (order[index - 1] ?? 0))).toBe(true);
    expect(page).toContain("extension_PromotionCod");
    expect(page).toContain("<code>extension_PromotionCode</code>");
    expect(page).toContain(`/dev/journeys/${call.correlationId}`);
    expect(page).toMatch(/Attempt 1: HTTP 200, \d+ ms: .*first byte [\d.]+ ms, body [\d.]+ ms/);
  });

  it("shows why no answer could be used", async () => {
    console.answers((response) => sendJson(response, "{ no JSON"));
    await console.signIn();
    const call = await lastCall();
    expect(call.decision).toBe("fail");
    const page = await html(`/dev/calls/${call.id}`);
    expect(page).toContain("{ no JSON");
    expect(page).toContain(escaped(call.failure?.detail ?? "no detail"));
  });

  it("never shows the connector's credentials or a token that the API sends back", async () => {
    const token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzZWVkZWQtc2VjcmV0In0.c2lnbmF0dXJl";
    console.answers((response) =>
      sendJson(response, {
        action: "Continue",
        note: connectorPassword,
        access_token: "seeded-9f3a",
        jwt: token,
      }),
    );
    await console.signIn();
    const { id } = await lastCall();
    const basic = Buffer.from(`connector:${connectorPassword}`).toString("base64");
    for (const path of [`/dev/calls/${id}`, "/dev/calls", "/dev/calls.json", "/dev", "/dev/journeys.json"]) {
      const text = await html(path);
      for (const secret of [connectorPassword, basic, "seeded-9f3a", token, "Passw0rd!demo"]) {
        expect(text.includes(secret), `${secret} in ${path}`).toBe(false);
      }
    }
  });

  it("is found by its connector and its journey, and not by other words", async () => {
    await console.signIn();
    const { id, correlationId } = await lastCall();
    for (const query of ["before-token", correlationId, "BEFORE-token continue"]) {
      expect(await html(`/dev/calls?q=${encodeURIComponent(query)}`), query).toContain(id);
    }
    const none = await html("/dev/calls?q=no-such-connector");
    expect(none).not.toContain(id);
    expect(none).toContain("No call fits");
  });
});

describe("a call that is sent again", () => {
  const replay = async (id: string, body: string) => {
    const page = await html(`/dev/calls/${id}`);
    const token = /name="token" value="([^"]+)"/.exec(page)?.[1] ?? "";
    return fetch(`${console.url}/dev/calls/${id}/replay`, {
      method: "POST",
      redirect: "manual",
      headers: { origin: console.url },
      body: new URLSearchParams({ token, body }),
    });
  };

  it("sends the edited body to the API, reads the answer anew and stands beside the old one", async () => {
    await console.signIn();
    const before = await lastCall();
    const journeys = await json("/dev/journeys.json");
    console.answers((response) =>
      sendJson(response, { action: "Continue", extension_PromotionCode: "AGAIN" }),
    );
    const answer = await replay(before.id, '{"edited":true}');
    expect(answer.status).toBe(303);
    expect(console.received.at(-1)).toBe('{"edited":true}');
    const page = await html(answer.headers.get("location") ?? "");
    expect(page).toContain("Before");
    expect(page).toContain("Sent again");
    expect(page).toContain("AGAIN");
    expect(page).toContain("The flow goes on with the claims that were used.");
    expect(page).toContain("in the token only, not stored");
    const after = await lastCall();
    expect(after.verdicts).toContainEqual(
      expect.objectContaining({
        name: "extension_PromotionCode",
        verdict: "used",
        value: "AGAIN",
        effect: "tokenOnly",
      }),
    );
    // No journey began or moved by it.
    expect(await json("/dev/journeys.json")).toEqual(journeys);
    expect(await html("/dev/calls")).toContain("replay</span>");
  });

  it("shows what the flow would do with a failure", async () => {
    await console.signIn();
    const before = await lastCall();
    console.answers((response) => sendJson(response, "broken", 500));
    const page = await html((await replay(before.id, "{}")).headers.get("location") ?? "");
    expect(page).toContain("HTTP 500");
    expect(page).toContain("The flow does not go on");
  });
});

describe("an answer that is edited", () => {
  const attempt = async (id: string, status: string, answer: string) => {
    const token = /name="token" value="([^"]+)"/.exec(await html(`/dev/calls/${id}`))?.[1] ?? "";
    const response = await fetch(`${console.url}/dev/calls/${id}/try`, {
      method: "POST",
      headers: { origin: console.url },
      body: new URLSearchParams({ token, status, answer }),
    });
    return response.text();
  };

  it("shows what the flow would do with it; nothing is sent and nothing is kept", async () => {
    await console.signIn();
    const { id } = await lastCall();
    const calls = await json("/dev/calls.json");
    const sent = console.received.length;
    const page = await attempt(
      id,
      "200",
      '{"version":"1","action":"Continue","extension_PromotionCode":"TRIED","extension_PromotionCod":1}',
    );
    expect(page).toContain("With the edited answer");
    expect(page).toContain("TRIED");
    expect(page).toContain("Nearest name that would be used: ");
    expect(await attempt(id, "500", "")).toContain("The flow does not go on");
    expect(await attempt(id, "2000", "")).toContain("An HTTP status has three digits.");
    expect(console.received.length).toBe(sent);
    expect(await json("/dev/calls.json")).toEqual(calls);
  });

  it("is not taken from another site", async () => {
    await console.signIn();
    const { id } = await lastCall();
    const response = await fetch(`${console.url}/dev/calls/${id}/try`, {
      method: "POST",
      headers: { origin: "https://elsewhere.example" },
      body: new URLSearchParams({ token: "guessed", status: "200", answer: "{}" }),
    });
    expect(response.status).toBe(403);
  });
});

describe("Run now", () => {
  const target = (redirectUri: string) =>
    new URLSearchParams({
      tenant: "contoso.onmicrosoft.com",
      policy: "b2c_1_SIGNIN",
      target: `bbbbbbbb-0000-4000-8000-000000000001 ${redirectUri}`,
      prompt: "login",
      ui_locales: " ",
    });

  it("offers every application that can be answered, and no other", async () => {
    const page = await html("/dev");
    expect(page).toContain("Sample web application: http://localhost:9/cb");
    expect(page).not.toContain("Sample loyalty API");
  });

  it("sends the browser to the sample application, with what was filled in and nothing empty", async () => {
    // The sample tenant's applications name port 4480; the console goes by the address of the request.
    const host = "localhost:4480";
    const answer = await rawGet(`/dev/run?${target(`http://${host}/app/callback`)}`, host);
    expect(answer.status).toBe(303);
    const address = new URL(answer.location, console.url);
    expect(address.pathname).toBe("/app/login");
    expect(Object.fromEntries(address.searchParams)).toEqual({
      policy: "B2C_1_signin",
      client: "bbbbbbbb-0000-4000-8000-000000000001",
      tenant: "contoso.onmicrosoft.com",
      prompt: "login",
    });
  });

  it("leads to the sample application of another address, and makes an authorization request for others", async () => {
    const elsewhere = await html(`/dev/run?${target("https://localhost:4443/app/callback")}`);
    expect(elsewhere).toContain('href="https://localhost:4443/app/login?policy=B2C_1_signin&amp;');
    const other = await html(`/dev/run?${target("http://localhost:9/cb")}`);
    expect(other).toMatch(
      /href="\/contoso[^"]+\/authorize\?[^"]*code_challenge_method=S256[^"]*&amp;prompt=login"/,
    );
  });

  it("knows no tenant, policy, application or reply URL that is not registered", async () => {
    for (const uri of ["http://evil.example/cb", "http://localhost:9/cb/", "javascript:alert(1)"]) {
      const answer = await fetch(`${console.url}/dev/run?${target(uri)}`, { redirect: "manual" });
      expect(answer.status, uri).toBe(404);
      expect(await answer.text()).not.toContain(uri);
    }
  });
});

describe("a journey", () => {
  it("is drawn step by step, with the claims before and after, and links to its calls", async () => {
    console.answers((response) => sendJson(response, { action: "Continue", extension_PromotionCode: "P-1" }));
    const answer = await console.signIn();
    expect(answer.headers.get("location")).toContain("code=");
    const [journey] = await json("/dev/journeys.json");
    expect(journey).toMatchObject({ policyId: policy, status: "completed" });
    const details = await json(`/dev/journeys/${journey.id}.json`);
    const call = await lastCall();
    expect(details.calls).toEqual([call.id]);
    expect(details.entries[0]).toMatchObject({ kind: "event", text: "started" });
    const page = await html(`/dev/journeys/${journey.id}`);
    for (const part of [
      "The application asked",
      "The form was posted",
      "steps did not apply",
      "SendClaims",
    ]) {
      expect(page).toContain(part);
    }
    expect(page).toContain(`/dev/calls/${call.id}`);
    expect(page).toMatch(
      /extension_PromotionCode<\/th><td class="faint">no value<\/td><td class="mono wrap after">P-1/,
    );
  });

  it("does not come from looking at the console", async () => {
    const before = await json("/dev/journeys.json");
    for (const path of ["/dev", "/dev/journeys", "/dev/calls", "/dev/outbox"]) await html(path);
    expect(await json("/dev/journeys.json")).toEqual(before);
  });
});

describe("hostile texts", () => {
  it("of an API stay texts on every page that shows them", async () => {
    const answer = Object.fromEntries(hostileTexts.map((text, index) => [`${text}${index}`, text]));
    console.answers((response) =>
      sendJson(response, { ...answer, action: "Continue", extension_PromotionCode: hostileTexts.join(" ") }),
    );
    await console.signIn();
    const call = await lastCall();
    const journey = `/dev/journeys/${call.correlationId}`;
    for (const path of [`/dev/calls/${call.id}`, journey, "/dev/calls", "/dev/journeys", "/dev"]) {
      expect(strangers(await html(path)), path).toEqual([]);
    }
    expect(await html(`/dev/calls/${call.id}`)).toContain(escaped("</textarea>"));
    const data = await fetch(`${console.url}/dev/calls.json`);
    expect(data.headers.get("content-type")).toBe("application/json; charset=utf-8");
  });

  it("in an address and in what is recorded stay texts, too", async () => {
    const { store } = console.server.context;
    for (const [index, text] of hostileTexts.entries()) {
      const id = `${index}${text}`;
      const at = Date.now();
      const delivery = "outbox" as const;
      const mail = { id, to: text, subject: text, text, html: text, code: text, tenantId: console.tenantId };
      await store.outbox.add({ ...mail, at, delivery });
      const summary = { id, policyId: text, clientId: text, status: text, step: text, lastText: text };
      await store.observations.addTrace(console.tenantId, { ...summary, startedAt: at, updatedAt: at }, [
        { at, kind: "profile", step: text, text, claims: { [text]: { before: text, after: [text] } } },
      ]);
      for (const path of [
        `/dev/journeys/${encodeURIComponent(id)}`,
        `/dev/calls?q=${encodeURIComponent(text)}`,
        `/dev/run?tenant=${encodeURIComponent(text)}&policy=${encodeURIComponent(text)}`,
      ]) {
        expect(strangers(await html(path)), path).toEqual([]);
      }
    }
    for (const path of ["/dev/outbox", "/dev/journeys"])
      expect(strangers(await html(path)), path).toEqual([]);
  });
});

function rawGet(path: string, host: string): Promise<{ readonly status: number; readonly location: string }> {
  return new Promise((resolve, reject) => {
    request(console.url + path, { headers: { host } }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? "" });
    })
      .on("error", reject)
      .end();
  });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** Elements and attributes of a page that the console itself never writes. */
function strangers(page: string): string[] {
  const found: string[] = [];
  const visit = (node: DefaultTreeAdapterTypes.Node): void => {
    if ("tagName" in node) {
      const attributes = Object.fromEntries(node.attrs.map(({ name, value }) => [name, value]));
      if (["style", "svg", "img", "object", "embed", "base"].includes(node.tagName)) found.push(node.tagName);
      if (node.tagName === "script" && !attributes.src?.startsWith("/dev/console.js?v="))
        found.push("script");
      if (node.tagName === "iframe" && !attributes.src?.startsWith("/dev/outbox/")) found.push("iframe");
      for (const [name, value] of Object.entries(attributes)) {
        if (name.startsWith("on") || name === "srcdoc" || name === "style") found.push(name);
        if (["href", "src", "action"].includes(name) && !/^(\/|#|data:,$)/.test(value))
          found.push(`${name}=${value}`);
      }
    }
    if ("childNodes" in node) node.childNodes.forEach(visit);
  };
  visit(parse(page));
  return found;
}
