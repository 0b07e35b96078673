import type { Policy } from "@vestibule/policy";
import { beforeEach, expect, it } from "vitest";
import { JourneyBrowser } from "../testing/browser.ts";
import { type MemoryPorts, memoryPorts } from "../testing/memory-ports.ts";
import { handler, samplePolicy, selfAsserted, step, technicalProfile } from "../testing/sample-policy.ts";

const ida = "ida@contoso.example";
const password = "Passw0rd!";

let ports: MemoryPorts;
beforeEach(async () => {
  ports = memoryPorts();
  const identity = { signInType: "emailAddress", issuer: "contoso.onmicrosoft.com", issuerAssignedId: ida };
  await ports.directory.create({ identities: [identity], attributes: {}, password }, ida);
});

/** The sample with one more step before the token: `Extra`, which the session manages by `SM-Extra`. */
const withExtra = (kind: "server" | "page", persisted: string) =>
  samplePolicy((parts) => {
    parts.claimTypes.push(
      { id: "stamp", dataType: "string" },
      { id: "extraFromSession", dataType: "string" },
    );
    const management = { useTechnicalProfileForSessionManagement: "SM-Extra" };
    parts.technicalProfiles.push(
      kind === "server"
        ? technicalProfile("Extra", handler("Providers.ClaimsTransformationProtocolProvider"), {
            metadata: { IncludeClaimResolvingInClaimsHandling: "true" },
            outputClaims: [
              {
                claimTypeReferenceId: "stamp",
                defaultValue: "{Context:CorrelationId}",
                alwaysUseDefaultValue: true,
              },
            ],
            ...management,
          })
        : technicalProfile("Extra", selfAsserted, {
            metadata: { ContentDefinitionReferenceId: "api.selfasserted" },
            outputClaims: [{ claimTypeReferenceId: "displayName", required: true }],
            ...management,
          }),
      technicalProfile("SM-Extra", handler("SSO.DefaultSSOSessionProvider"), {
        persistedClaims: [{ claimTypeReferenceId: persisted }],
        outputClaims: [{ claimTypeReferenceId: "extraFromSession", defaultValue: "yes" }],
      }),
    );
    const claimsExchanges = [{ id: "Extra", technicalProfileReferenceId: "Extra" }];
    parts.steps.splice(
      4,
      1,
      step(5, "ClaimsExchange", { claimsExchanges }),
      step(6, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" }),
    );
  });

async function signedIn(policy: Policy): Promise<JourneyBrowser> {
  const browser = new JourneyBrowser(policy, ports);
  await browser.start();
  await browser.submit({ signInName: ida, password });
  return browser;
}

/** A later journey of the same browser. */
async function later(policy: Policy, earlier: JourneyBrowser): Promise<JourneyBrowser> {
  ports.time += 3_600_000;
  const browser = new JourneyBrowser(policy, ports);
  await browser.start(earlier.issued().session?.session);
  return browser;
}

it("a step of the server is restored like a page, with the session's constants, and does not run again", async () => {
  const first = await signedIn(withExtra("server", "stamp"));
  expect(first.state.bag.extraFromSession).toBeUndefined();
  const second = await later(withExtra("server", "stamp"), first);
  expect(second.state.bag).toMatchObject({ stamp: first.state.bag.stamp, extraFromSession: "yes" });
});

it("what the server adds to a live session is no new logon: the session's age and its choice of provider stay", async () => {
  const first = await signedIn(samplePolicy());
  const second = await later(withExtra("server", "stamp"), first);
  const { authTime, session } = second.issued();
  expect([authTime, session?.fresh]).toEqual([first.issued().authTime, false]);
  expect(session?.session).toMatchObject({
    authTime: first.issued().authTime,
    lastTechnicalProfile: first.issued().session?.session?.lastTechnicalProfile,
    providers: { "SM-Extra": { claims: { stamp: second.state.id } } },
  });
});

it("what another policy keeps under the same name does not stand in for a page", async () => {
  const first = await signedIn(withExtra("server", "stamp"));
  expect(first.issued().session?.session?.providers["SM-Extra"]?.claims).toHaveProperty("stamp");
  const second = await later(withExtra("page", "displayName"), first);
  expect(second.page().fields.map(({ id }) => id)).toEqual(["displayName"]);
  expect(second.state.bag).not.toHaveProperty("stamp");
});

it("claims of a session are found by names of any case", async () => {
  const first = await signedIn(withExtra("page", "displayName"));
  await first.submit({ displayName: "Ida" });
  const session = first.issued().session?.session;
  const state = session?.providers["SM-Extra"];
  if (!session || !state) throw new Error("nothing was kept");
  const renamed = { ...state, claims: { DISPLAYNAME: "Ida" } };
  const second = new JourneyBrowser(withExtra("page", "displayName"), ports);
  await second.start({ ...session, providers: { ...session.providers, "SM-Extra": renamed } });
  expect(second.issued().claims.name).toBe("Ida");
});

it("a box that the policy does not offer cannot be ticked: the session keeps its own life", async () => {
  const kept = async (keepAliveInDays: number) => {
    const policy = samplePolicy((parts) => {
      parts.behaviors = { singleSignOn: { scope: "Tenant", keepAliveInDays } };
      const page = parts.technicalProfiles.find(({ id }) => id === "SelfAsserted-LocalAccountSignin-Email");
      if (page) Object.assign(page.metadata, { "setting.enableRememberMe": "True" });
    });
    const browser = new JourneyBrowser(policy, ports);
    await browser.start();
    await browser.send({ kind: "submitted", fields: { signInName: ida, password } });
    await browser.send({ kind: "confirmed", keepMeSignedIn: true });
    return browser.issued().session?.keepMeSignedIn;
  };
  expect([await kept(0), await kept(30)]).toEqual([false, true]);
});

it("says that somebody else was let in, also where their page leaves nothing in the session", async () => {
  /** A page that asks who somebody is, which no session manages; the name becomes the account. */
  const ownPage = samplePolicy((parts) => {
    const page = parts.technicalProfiles.find(({ id }) => id === "SelfAsserted-LocalAccountSignin-Email");
    if (!page) throw new Error("the sample signs in");
    const { useTechnicalProfileForSessionManagement: _, ...unmanaged } = page;
    parts.technicalProfiles.push({
      ...unmanaged,
      id: "Own",
      metadata: { ContentDefinitionReferenceId: "api.selfasserted" },
    });
    parts.steps = [
      step(1, "ClaimsExchange", { claimsExchanges: [{ id: "Own", technicalProfileReferenceId: "Own" }] }),
      step(2, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" }),
    ];
  });
  const sol = { signInType: "emailAddress", issuer: "contoso.onmicrosoft.com", issuerAssignedId: "sol@x.y" };
  await ports.directory.create({ identities: [sol], attributes: {}, password }, "sol");
  const first = await signedIn(samplePolicy());
  const strangerOf = async (signInName: string) => {
    const browser = await later(ownPage, first);
    await browser.submit({ signInName, password });
    return browser.issued().session;
  };
  expect(await strangerOf("sol@x.y")).toMatchObject({ fresh: false, stranger: true });
  expect(await strangerOf(ida)).not.toHaveProperty("stranger");
});
