import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { demo, flow } from "./documents.ts";
import { signUp, signUpFederated } from "./outcome.ts";
import { type Person, tenantDomain } from "./person.ts";
import { actionAddress, anAnswer, aPage, errorOf, fieldValue, type Shown } from "./shown.ts";
import { goOn } from "./test-api.ts";
import { newAddress, startWorld, type World } from "./world.ts";

// journeys.md 14 and 17: several tabs, going back, repeating, requests that want or forbid a page.

const policy = "B2C_1_plain";
const hour = 3_600_000;

let world: World;
beforeAll(async () => {
  world = await startWorld(() => ({
    flows: {
      B2C_1_social: flow("B2C_1_social", {
        userFlowType: "signIn",
        authenticationMethods: "0",
        userAttributeAssignments: [],
        applicationClaims: ["emails"],
        passwordComplexityConfiguration: { complexityLevel: "strong" },
      }),
    },
  }));
});
afterAll(() => world.close());
beforeEach(() => world.api.reset());

async function signedIn(): Promise<Person> {
  const person = world.person();
  const page = aPage(await person.open(policy));
  anAnswer(await person.signIn(page, demo.email, demo.password));
  return person;
}
const kindOf = ({ kind }: Shown) => kind;

describe("a request", () => {
  it("with domain_hint goes to that provider at once, with an unknown one to the page (J16, J17)", async () => {
    const person = world.person();
    const response = await person.fetch(person.authorizeAddress(policy, { domain_hint: "social.example" }));
    expect(response.headers.get("location")).toMatch(/^http:\/\/localhost:\d+\/auth\?/);
    expect(kindOf(await world.person().open(policy, { domain_hint: "nobody.example" }))).toBe("page");
  });

  it("to a flow with one provider and nothing else goes there without a page (J14)", async () => {
    const person = world.person();
    const response = await person.fetch(person.authorizeAddress("B2C_1_social"));
    expect(response.headers.get("location")).toMatch(/^http:\/\/localhost:\d+\/auth\?/);
  });

  it("with login_hint prefills the address (J18)", async () => {
    const page = aPage(await world.person().open(policy, { login_hint: demo.email }));
    expect(fieldValue(page, "email")).toBe(demo.email);
  });

  it("with prompt=none shows no page: an error without a session, a code with one (J38, J39)", async () => {
    expect(errorOf(await world.person().open(policy, { prompt: "none" }))).toMatch(
      /^interaction_required: AADB2C90077: /,
    );
    const end = anAnswer(await (await signedIn()).open(policy, { prompt: "none" }));
    expect(end.fields.get("code")).toBeTruthy();
  });

  it("with prompt=login shows the page in spite of the session (J37)", async () => {
    expect(kindOf(await (await signedIn()).open(policy, { prompt: "login" }))).toBe("page");
  });

  it("with max_age shows the page when the session is older (J40)", async () => {
    const person = await signedIn();
    expect(kindOf(await person.open(policy, { max_age: "60" }))).toBe("application");
    world.clock.advance(61_000);
    expect(kindOf(await person.open(policy, { max_age: "60" }))).toBe("page");
  });
});

describe("several tabs of one browser", () => {
  it("run independent journeys, and all finish (J64)", async () => {
    const person = world.person();
    const tabs = [await person.open(policy), await person.open(policy), await person.open(policy)].map(aPage);
    expect(new Set(tabs.map(({ tid }) => tid)).size).toBe(3);
    for (const page of [tabs[1], tabs[0], tabs[2]]) {
      if (page === undefined) throw new Error("no page");
      anAnswer(await person.signIn(page, demo.email, demo.password));
    }
  });

  it("give each application's request its own state", async () => {
    const person = world.person();
    const one = aPage(await person.open(policy, { state: "one" }));
    const two = aPage(await person.open(policy, { state: "two" }));
    const states = [];
    for (const page of [one, two]) {
      const end = anAnswer(await person.signIn(page, demo.email, demo.password));
      states.push(end.fields.get("state"));
    }
    expect(states).toEqual(["one", "two"]);
  });
});

describe("going back and repeating", () => {
  it("reloading shows the same page, and runs no connector again", async () => {
    world.api.on("/one", goOn({ givenName: "Once" }));
    const { person, shown } = await signUpFederated(world, "B2C_1_susi", undefined);
    const page = aPage(shown ?? (await person.open(policy)));
    for (let n = 0; n < 3; n += 1)
      expect(fieldValue(aPage(await person.act(page, "confirmed")), "givenName")).toBe("Once");
    expect(world.api.to("/one")).toHaveLength(1);
  });

  it("from the sign-up page back to the choice, a provider can still be chosen", async () => {
    const person = world.person();
    const first = aPage(await person.open(policy));
    aPage(await person.act(first, "unified", { local: "signup" }));
    const email = newAddress();
    const page = aPage(await person.federate(first, { email, name: "Nils Berg" }));
    const end = await person.submit(page, { email, displayName: "Nils Berg" });
    expect((await person.redeem(end, policy)).claims).toMatchObject({ emails: [email], newUser: true });
  });

  it("a provider's answer counts once (J66)", async () => {
    const { email } = await signUpFederated(world, policy, {});
    const person = world.person();
    const page = aPage(await person.open(policy));
    const returns: { address: string; init: RequestInit }[] = [];
    const send = person.fetch.bind(person);
    person.fetch = (address, init = {}) => {
      if (address.includes("/oauth2/authresp")) returns.push({ address, init });
      return send(address, init);
    };
    anAnswer(await person.federate(page, { email, name: "Nils Berg" }));
    expect(returns).toHaveLength(1);
    for (const { address, init } of returns) {
      const again = await send(address, init);
      expect(again.headers.get("location") ?? "").not.toContain("code=");
      const elsewhere = await world.person().fetch(address, init);
      expect(elsewhere.headers.get("location")).toBeNull();
      expect(await elsewhere.text()).not.toContain('"transId":"');
    }
  });
});

describe("a journey", () => {
  it("rotates the session's handle at the logon, so that a planted one is worth nothing (J63)", async () => {
    const attacker = await signedIn();
    const victim = world.person();
    attacker.cookies.copyTo(victim.cookies);
    const { email } = await signUp(world, policy);
    const page = aPage(await victim.open(policy, { prompt: "login" }));
    const end = await victim.signIn(page, email, "Str0ng!enough");
    expect((await victim.redeem(end, policy)).claims.emails).toEqual([email]);
    const shown = await attacker.open(policy);
    if (shown.kind === "application") {
      expect((await attacker.redeem(shown, policy)).claims.emails).toEqual([demo.email]);
    }
  });

  it("of somebody else in the same browser takes nothing over from the session before (J67)", async () => {
    const person = await signedIn();
    const email = newAddress();
    const page = aPage(await person.open(policy, { prompt: "login" }));
    const shown = aPage(await person.federate(page, { email, name: "Nils Berg" }));
    const end = await person.submit(shown, { email, displayName: "Nils Berg", givenName: "Nils" });
    const { claims } = await person.redeem(end, policy);
    expect(claims).toMatchObject({ emails: [email], name: "Nils Berg" });
    expect(JSON.stringify(claims)).not.toContain("Demo");
    const next = await person.redeem(await person.open(policy), policy);
    expect(next.claims.emails).toEqual([email]);
  });

  it("that begins in one browser is not continued in another by its links (journeys.md 14)", async () => {
    const person = world.person();
    const page = aPage(await person.open(policy));
    expect((await person.post(page, { email: demo.email, password: demo.password })).status).toBe("200");
    const stranger = world.person();
    const response = await stranger.fetch(actionAddress(page, "confirmed"));
    expect(response.headers.get("location")).toBeNull();
    anAnswer(await person.act(page, "confirmed"));
  });

  it("that ended in sign-out starts anew", async () => {
    const person = await signedIn();
    const response = await person.fetch(
      `/${tenantDomain}/${policy}/oauth2/v2.0/logout?post_logout_redirect_uri=${encodeURIComponent("http://localhost:9/cb")}`,
    );
    expect(response.headers.get("location")).toBe("http://localhost:9/cb");
    expect(kindOf(await person.open(policy))).toBe("page");
  });
});

it("the page is protected: no framing, no caching, no sniffing, cookies not for scripts", async () => {
  const person = world.person();
  const response = await person.fetch(person.authorizeAddress(policy));
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "cache-control": expect.stringContaining("no-store"),
    "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
  });
  for (const line of response.headers.getSetCookie().filter((each) => !each.includes("csrf")))
    expect(line).toMatch(/HttpOnly/i);
});

// The last test: it moves the clock by two days, and what the provider issues lives for an hour.
it("a journey left open for less than a day goes on, and for longer has expired without a redirect", async () => {
  const person = world.person();
  const page = aPage(await person.open(policy));
  world.clock.advance(23 * hour);
  anAnswer(await person.signIn(page, demo.email, demo.password));
  const late = aPage(await person.open(policy, { prompt: "login" }));
  world.clock.advance(25 * hour);
  expect((await person.post(late, { email: demo.email, password: demo.password })).status).not.toBe("200");
  expect(kindOf(await person.act(late, "confirmed"))).toBe("error");
});
