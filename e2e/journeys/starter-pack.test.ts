import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { JourneyBrowser, type MemoryPorts, memoryPorts } from "@vestibule/engine/testing";
import { loadPolicies, type Policy } from "@vestibule/policy";
import { beforeEach, describe, expect, it } from "vitest";

// Microsoft's starter packs as they were published. They lie beside the project, not in it.
const folder = join(import.meta.dirname, "../../../shared/corpus/starterpack");
const isThere = existsSync(folder);
if (!isThere)
  console.warn("!!! SKIPPED: the starter packs are not beside this checkout; their journeys were not run.");

function pack(name: string): ReadonlyMap<string, Policy> {
  const files = readdirSync(join(folder, name))
    .filter((file) => file.endsWith(".xml"))
    .map((file) => ({ file, bytes: new Uint8Array(readFileSync(join(folder, name, file))) }));
  return loadPolicies(files).policies;
}

const password = "Passw0rd!x";
let ports: MemoryPorts;
beforeEach(() => {
  ports = memoryPorts();
});

describe.runIf(isThere).each(["LocalAccounts", "SocialAndLocalAccounts"])("the starter pack %s", (name) => {
  const policies = isThere ? pack(name) : new Map<string, Policy>();
  const open = async (id: string) => {
    const policy = policies.get(id);
    if (!policy) throw new Error(`${id} does not load`);
    const browser = new JourneyBrowser(policy, ports);
    await browser.start();
    return browser;
  };

  async function signUp() {
    const browser = await open("B2C_1A_signup_signin");
    await browser.send({ kind: "signUpChosen" });
    await browser.prove("email", "ida@contoso.example");
    await browser.submit({
      email: "ida@contoso.example",
      newPassword: password,
      reenterPassword: password,
      displayName: "Ida Lund",
      givenName: "Ida",
      surname: "Lund",
    });
    return browser.issued();
  }

  it("signs up, and signs in with the same subject", async () => {
    const first = await signUp();
    const browser = await open("B2C_1A_signup_signin");
    await browser.submit({ signInName: "ida@contoso.example", password });
    expect(browser.issued().subject).toBe(first.subject);
    expect(browser.issued().claims).toMatchObject({
      given_name: "Ida",
      family_name: "Lund",
      name: "Ida Lund",
    });
  });

  it("edits the profile", async () => {
    const { subject } = await signUp();
    const browser = await open("B2C_1A_ProfileEdit");
    if (browser.page().api === "IdpSelections") {
      await browser.send({ kind: "exchangeChosen", exchangeId: "LocalAccountSigninEmailExchange" });
    }
    await browser.submit({ signInName: "ida@contoso.example", password });
    expect(browser.page().fields.find(({ id }) => id === "givenName")?.value).toBe("Ida");
    await browser.submit({ givenName: "Idun", surname: "Lund" });
    expect(browser.issued().subject).toBe(subject);
    expect(ports.accounts.get(subject)?.attributes.givenName).toBe("Idun");
  });

  it("resets the password", async () => {
    const { subject } = await signUp();
    const browser = await open("B2C_1A_PasswordReset");
    await browser.prove("email", "ida@contoso.example");
    await browser.submit({ email: "ida@contoso.example" });
    await browser.submit({ newPassword: "An0ther!one", reenterPassword: "An0ther!one" });
    expect(browser.issued().subject).toBe(subject);
    const again = await open("B2C_1A_signup_signin");
    expect((await again.submit({ signInName: "ida@contoso.example", password })).kind).toBe("refused");
    await again.submit({ signInName: "ida@contoso.example", password: "An0ther!one" });
    expect(again.issued().subject).toBe(subject);
  });
});
