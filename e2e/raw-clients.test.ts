import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type HttpAnswer, HttpClient } from "./http-client.ts";
import { goodPassword, mailedCode } from "./person.ts";
import {
  demo,
  publicClient,
  type SampleServer,
  startSample,
  tenantDomain,
  tenantId,
} from "./sample-server.ts";

const policy = "B2C_1_signup_signin";
const redirectUri = "http://localhost:9/cb";
const form = "application/x-www-form-urlencoded; charset=UTF-8";

/** The text that an expression's first group, or look-around, cuts out. */
function cut(text: string, expression: RegExp): string {
  const found = expression.exec(text);
  if (!found) throw new Error(`${expression} finds nothing in:\n${text.slice(0, 3000)}`);
  return found[1] ?? found[0];
}

const headerText = (answer: HttpAnswer) =>
  Object.entries(answer.headers)
    .flatMap(([name, values]) => [values ?? ""].flat().map((value) => `${name}: ${value}`))
    .join("\n");

/**
 * Programs as people wrote them against B2C (pages.md 1.3 to 1.6, 1.12, 7): each fetches the page, cuts values out of it
 * in its own way and posts them back. Only the host, the tenant and the ids are ours.
 */
describe("a program that signs in by replaying the page's traffic", () => {
  let sample: SampleServer;
  let http: HttpClient;
  let host: string;
  const verifier = randomBytes(32).toString("base64url");
  const challenge = createHash("sha256").update(verifier).digest("base64url");

  beforeAll(async () => {
    sample = await startSample();
    host = sample.url;
  });
  afterAll(() => sample?.close());
  beforeEach(() => {
    http = new HttpClient();
  });

  const authorize = (more: Readonly<Record<string, string>> = {}, path = `${tenantDomain}/${policy}`) =>
    `${host}/${path}/oauth2/v2.0/authorize?${new URLSearchParams({
      client_id: publicClient,
      redirect_uri: redirectUri,
      response_type: "code",
      scope: `openid offline_access ${publicClient}`,
      code_challenge: challenge,
      code_challenge_method: "S256",
      ...more,
    })}`;

  async function expectTokens(code: string): Promise<void> {
    const answer = await http.post(
      `${host}/${tenantDomain}/${policy}/oauth2/v2.0/token`,
      `grant_type=authorization_code&client_id=${publicClient}&code=${code}&redirect_uri=${redirectUri}&code_verifier=${verifier}`,
    );
    expect(answer.body).toMatch(/"access_token":"[\w-]+\.[\w-]+\.[\w-]+"/);
    const [, claims = ""] = cut(answer.body, /"id_token":"([^"]*)"/).split(".");
    expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toMatchObject({ name: "Demo Person" });
  }

  it("with one non-greedy expression for each value, and raw values in every address", async () => {
    const page = (await http.get(authorize())).body;
    const csrf = cut(page, /"csrf":"(.*?)"/);
    const transId = cut(page, /"transId":"(.*?)"/);
    const tenant = cut(page, /"tenant":"(.*?)"/);
    const name = cut(page, /"policy":"(.*?)"/);
    const api = cut(page, /"api":"(.*?)"/);
    const posted = await http.post(
      `${host}${tenant}/SelfAsserted?tx=${transId}&p=${name}`,
      `request_type=RESPONSE&email=${demo.email}&password=${demo.password}`,
      { "X-CSRF-TOKEN": csrf, "Content-Type": form },
    );
    expect([posted.body, posted.headers["content-type"]]).toEqual([
      '{"status":"200"}',
      "text/json; charset=utf-8",
    ]);
    const done = await http.get(
      `${host}${tenant}/api/${api}/confirmed?csrf_token=${csrf}&tx=${transId}&p=${name}`,
    );
    await expectTokens(cut(done.headers.location ?? "", /code=(.*)$/));
  });

  it("with look-around expressions over neighbouring keys, and the code out of the body of the redirect", async () => {
    const page = (await http.get(authorize({ state: "s1" }))).body;
    const csrf = cut(page, /(?<="csrf":").*?(?=","transId)/);
    const properties = cut(page, /StateProperties=.*?(?=","pageViewId)/);
    expect(cut(page, /StateProperties=.*?(?=","pageViewId":"[^"]*","suppressElementCss)/)).toBe(properties);
    const base = `${host}/${tenantDomain}/${policy}`;
    await http.post(
      `${base}/SelfAsserted?tx=${properties}&p=${policy}`,
      `request_type=RESPONSE&signInName=${encodeURIComponent(demo.email)}&password=${encodeURIComponent(demo.password)}`,
      { "X-CSRF-TOKEN": csrf, "X-Requested-With": "XMLHttpRequest", "Content-Type": form },
    );
    const done = await http.get(
      `${base}/api/CombinedSigninAndSignup/confirmed?rememberMe=true&csrf_token=${csrf}&tx=${properties}&p=${policy}&diags=%7B%22pageViewId%22%3A%22x%22%7D`,
    );
    const target = cut(done.body, /<h2>Object moved to <a href="([^"]*)">here<\/a>\.<\/h2>/);
    expect(target).toContain("?state=s1&amp;code=");
    await expectTokens(cut(target, /code=([^&"]*)$/));
  });

  it("by cutting the object at the first semicolon and doubling the prefix of tx", async () => {
    const page = (await http.get(authorize())).body;
    const text = page.split("var SETTINGS = ")[1]?.split(";")[0] ?? "";
    const settings = JSON.parse(text) as { csrf: string; transId: string; hosts: { tenant: string } };
    const tx = `StateProperties=${settings.transId}`;
    await http.post(
      `${host}${settings.hosts.tenant}/SelfAsserted?p=&tx=${tx}`,
      `&password=${demo.password}&email=${demo.email}&request_type=RESPONSE`,
      { "x-csrf-token": settings.csrf, "Content-Type": "application/x-www-form-urlencoded" },
    );
    const done = await http.get(
      `${host}${settings.hosts.tenant}/api/SelfAsserted/confirmed?tx=${tx}&csrf_token=${settings.csrf}`,
    );
    await expectTokens(cut(done.headers.location ?? "", /code=(.*)$/));
  });

  it("from the cookies alone: csrf and tx are copied from them, by prefix and in quotes", async () => {
    const first = await http.get(authorize());
    const lines = first.headers["set-cookie"] ?? [];
    expect(lines.filter((line) => line.startsWith("x-ms-cpim-csrf="))).toHaveLength(1);
    expect(lines.some((line) => line.startsWith("x-ms-cpim-cache|"))).toBe(true);
    const csrf = http.cookies.get("x-ms-cpim-csrf") ?? "";
    const trans = http.cookies.get("x-ms-cpim-trans") ?? "";
    http.cookies.set("x-ms-cpim-trans", `"${trans}"`);
    const base = `${host}/${tenantDomain}/${policy}`;
    const posted = await http.post(
      `${base}/Selfasserted?tx=StateProperties=${trans}&p=${policy}`,
      `request_type=RESPONSE&email=${demo.email}&password=${demo.password}`,
      { "X-CSRF-TOKEN": csrf, Accept: "text/html,application/xhtml+xml", "Content-Type": form },
    );
    expect(posted.body).toBe('{"status":"200"}');
    const done = await http.get(
      `${base}/api/combinedsigninandsignup/confirmed?csrf_token=${csrf}&tx=StateProperties=${trans}&p=${policy}`,
    );
    await expectTokens(cut(done.headers.location ?? "", /code=(.*)$/));
  });

  it("with the tenant's id, a multipart body, and a form that posts the answer", async () => {
    const page = (
      await http.get(
        authorize({ state: "s 1", response_mode: "form_post" }, `tfp/${tenantId}/${policy.toLowerCase()}`),
      )
    ).body;
    const csrf = cut(page, /"csrf":"(.*?)"/);
    const transId = cut(page, /"transId":"(.*?)"/);
    const base = `${host}${cut(page, /"tenant":"(.*?)"/)}`;
    expect(base).toBe(`${host}/${tenantId}/${policy}`);
    const boundary = "----raw";
    const parts = { request_type: "RESPONSE", email: demo.email, password: demo.password };
    const body = Object.entries(parts).map(
      ([name, value]) =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const posted = await http.post(
      `${base}/SelfAsserted?tx=${encodeURIComponent(transId)}&p=${policy}`,
      `${body.join("")}--${boundary}--\r\n`,
      { "X-CSRF-TOKEN": csrf, "Content-Type": `multipart/form-data; boundary=${boundary}` },
    );
    expect(posted.body).toBe('{"status":"200"}');
    const done = await http.get(
      `${base}/api/CombinedSigninAndSignup/confirmed?csrf_token=${encodeURIComponent(csrf)}&tx=${encodeURIComponent(transId)}&p=${policy}`,
    );
    expect(cut(done.body, /action='([^']*)'/)).toBe(redirectUri);
    expect(cut(done.body, /id='state' value='([^']*)'/)).toBe("s 1");
    await expectTokens(cut(done.body, /name='code' id='code' value='([^']*)'/));
  });

  it("is told in JSON, with HTTP 200, that the password is wrong, and goes on in the same transaction", async () => {
    const page = (await http.get(authorize())).body;
    const csrf = cut(page, /"csrf":"(.*?)"/);
    const transId = cut(page, /"transId":"(.*?)"/);
    const base = `${host}/${tenantDomain}/${policy}`;
    const post = (password: string) =>
      http.post(
        `${base}/SelfAsserted?tx=${transId}&p=${policy}`,
        `request_type=RESPONSE&email=${demo.email}&password=${password}`,
        { "X-CSRF-TOKEN": csrf, "Content-Type": form },
      );
    const refused = await post("wrong");
    expect(refused.status).toBe(200);
    expect(refused.body).toMatch(/^\{"status":"400","errorCode":"AADB2C9005[34]","message":"[^"]+"\}$/);
    expect((await post(demo.password)).body).toBe('{"status":"200"}');
  });

  it("signs up: the sign-up link, the verification calls and the final post are all raw", async () => {
    const email = "raw.program@people.example";
    const page = (await http.get(authorize())).body;
    const csrf = cut(page, /"csrf":"(.*?)"/);
    const transId = cut(page, /"transId":"(.*?)"/);
    const base = `${host}/${tenantDomain}/${policy}`;
    const next = await http.get(
      `${base}/api/CombinedSigninAndSignup/unified?local=signup&csrf_token=${csrf}&tx=${transId}&p=${policy}`,
    );
    expect(cut(next.body, /"api":"(.*?)"/)).toBe("SelfAsserted");
    expect(cut(next.body, /"transId":"(.*?)"/)).toBe(transId);
    // The token of the first page serves the whole transaction: pages.md 1.4.
    const post = (body: string) =>
      http.post(`${base}/SelfAsserted?tx=${transId}&p=${policy}`, body, {
        "X-CSRF-TOKEN": csrf,
        "Content-Type": form,
      });
    const sent = await post(`claim_id=email&claim_value=${email}&request_type=VERIFICATION_REQUEST`);
    expect(sent.body).toBe('{"status":"200","result":0}');
    const verify = (code: string) =>
      post(`claim_id=email&claim_value=${email}&user_input=${code}&request_type=VALIDATION_REQUEST`);
    expect((await verify("000000")).body).toBe('{"status":"200","result":3}');
    const code = await mailedCode(sample, email);
    expect((await verify(code)).body).toBe('{"status":"200","result":0}');
    const details = `email=${email}&email_ver_input=${code}&newPassword=${encodeURIComponent(goodPassword)}&reenterPassword=${encodeURIComponent(goodPassword)}&givenName=Raw&surname=Program&displayName=Raw+Program`;
    const corrected = await post(`${details}&extension_LoyaltyNumber=12&request_type=RESPONSE`);
    // The API's own sentence, without a code of ours: pages.md 1.6.
    expect(corrected.body).toBe(
      '{"status":"400","message":"A loyalty number has six digits, for example 123456."}',
    );
    const accepted = await post(`${details}&extension_LoyaltyNumber=123456&request_type=RESPONSE`);
    expect(accepted.body).toBe('{"status":"200"}');
    const done = await http.get(
      `${base}/api/SelfAsserted/confirmed?csrf_token=${csrf}&tx=${transId}&p=${policy}`,
    );
    expect(done.headers.location).toMatch(/^http:\/\/localhost:9\/cb\?code=[\w.-]+$/);
  });

  it("runs the published JMeter plan twice with the cookies of the first person still there", async () => {
    const tenant = sample.server.context.tenants.find(tenantDomain);
    if (!tenant) throw new Error("the sample tenant is not served");
    const second = { email: "load@people.example", password: "L0ad-tests!" };
    await sample.server.context.store.directory(tenant).create(
      {
        identities: [{ signInType: "emailAddress", issuer: tenantDomain, issuerAssignedId: second.email }],
        attributes: { displayName: "Load Tester" },
        password: second.password,
      },
      "load-test",
    );
    const codes = [await runPlan(demo), await runPlan(second)];
    expect(new Set(codes).size).toBe(2);
  });

  /** pages.md 7, sampler by sampler; returns the code. */
  async function runPlan(user: { readonly email: string; readonly password: string }): Promise<string> {
    const scope = `openid ${publicClient}`;
    const query = [
      `p=${policy}`,
      `client_id=${publicClient}`,
      "nonce=defaultNonce",
      `redirect_uri=${encodeURIComponent(redirectUri)}`,
      `scope=${scope.replaceAll(" ", "%20")}`,
      "response_type=code",
      "prompt=login",
      "code_challenge_method=S256",
      `code_challenge=${challenge}`,
      "response_mode=fragment",
    ].join("&");
    const first = await http.get(`${host}/${tenantDomain}/oauth2/v2.0/authorize?${query}`, {
      "Accept-Language": "en-US,en;q=0.9",
      "Sec-Fetch-Mode": "navigate",
      Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    });
    const properties = cut(first.body, /.*StateProperties=([^"]*)/);
    const csrf = cut(headerText(first), /.*x-ms-cpim-csrf=([^;]*)/);

    const posted = await http.post(
      `${host}/${tenantDomain}/${policy}/SelfAsserted?tx=StateProperties=${properties}&p=${policy}`,
      `request_type=RESPONSE&signInName=${encodeURIComponent(user.email)}&password=${user.password}`,
      {
        "X-CSRF-TOKEN": csrf,
        "X-Requested-With": "XMLHttpRequest",
        "Content-Type": form,
        Accept: "application/json, text/javascript, */*; q=0.01",
        Origin: "https://login.lagomars.com",
        Referer: `https://login.lagomars.com/authorize?code_challenge=$%7Bcode_Challenge%7D`,
        "Request-Id": "|7yjSq.EUPWx",
        "Request-Context": "appId=cid-v1:00000000",
      },
    );
    expect(posted.body).toBe('{"status":"200"}');

    const diagnostics = encodeURIComponent(
      JSON.stringify({
        pageViewId: "37fd0fa8",
        pageId: "CombinedSigninAndSignup",
        trace: Array.from({ length: 12 }, (_, index) => ({
          ac: `T021 - URL:https://foreign.example/${index}`,
          acST: 1,
          acD: 2,
        })),
      }),
    );
    const done = await http.get(
      `${host}/${tenantDomain}/${policy}/api/CombinedSigninAndSignup/confirmed?rememberMe=false&csrf_token=${csrf}&tx=StateProperties%3D${properties}&p=B2C_1A_signin_rest_api_validation&diags=${diagnostics}`,
    );
    const code = cut(done.body, /.*code=([^"]*)/);
    expect(code).toMatch(/^[\w.-]+$/);

    const token = await http.post(
      `${host}/${tenantDomain}/oauth2/v2.0/token?p=${policy}`,
      `client_id=${publicClient}&grant_type=authorization_code&scope=${scope}&code=${code}&redirect_uri=${redirectUri}&code_verifier=${verifier}`,
      {
        ContentType: "application/x-www-form-urlencoded",
        "Content-Type": "application/x-www-form-urlencoded",
        Connection: "close",
      },
    );
    expect(cut(token.body, /.*access_token":"([^"]*)/)).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    return code;
  }
});
