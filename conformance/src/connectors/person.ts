import type { Outcome } from "@vestibule/engine";
import type { JourneyBrowser } from "@vestibule/engine/testing";
import { defaultPassword, type World } from "./user-flow.ts";

type Texts = Readonly<Record<string, string>>;

/** A person who opens the sign-up page of a local account, and what the page asks for. */
export async function openLocalSignUp(browser: JourneyBrowser): Promise<void> {
  await browser.start();
  await browser.send({ kind: "signUpChosen" });
  browser.page();
}

/** Types into the page that is shown and presses its button. Keys are bare attribute names. */
export async function fillIn(browser: JourneyBrowser, world: World, typed: Texts): Promise<Outcome> {
  const given = new Map(Object.entries(typed).map(([name, value]) => [world.claimName(name), value]));
  const fields: Record<string, string> = {};
  for (const field of browser.page().fields) {
    const name = field.id === "signInName" ? "userName" : field.id;
    const value = /password/i.test(field.id) ? defaultPassword : (given.get(name) ?? field.value);
    if (field.verification && value) await browser.prove(field.id, value);
    fields[field.id] = value ?? (field.id === "email" ? "ida.lund@northwind.example" : "");
  }
  return browser.submit(fields);
}

export async function signInLocally(browser: JourneyBrowser, email: string): Promise<Outcome> {
  await browser.start();
  return browser.submit({ signInName: email, password: defaultPassword });
}

/** Goes to the provider and comes back with these claims; `issuer` becomes the token's `iss`. */
export async function signInWithProvider(
  browser: JourneyBrowser,
  world: World,
  idpClaims: Texts,
): Promise<Outcome> {
  const { issuer = "google.com", ...claims } = idpClaims;
  world.ports.federationClaims = { iss: issuer, ...claims };
  await browser.start();
  await browser.send({ kind: "exchangeChosen", exchangeId: "ProviderExchange" });
  return browser.providerReturns();
}
