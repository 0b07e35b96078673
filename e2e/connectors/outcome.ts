import type { Account, CallRecord } from "@vestibule/engine";
import { tenantId } from "./documents.ts";
import type { Person, Tokens } from "./person.ts";
import { aPage, errorOf, type FormAnswer, type Shown, type ShownPage, visibleText } from "./shown.ts";
import { goodPassword, newAddress, type World } from "./world.ts";

type AuditEntry = Awaited<
  ReturnType<World["server"]["context"]["store"]["observations"]["listAudit"]>
>[number];

export type Fields = Readonly<Record<string, string>>;

/** Everything that one attempt to sign up or in left: with the person, the application, the directory, the operator. */
export interface Outcome {
  readonly person: Person;
  readonly email: string;
  /** Page from which the form was posted. */
  readonly page?: ShownPage;
  readonly posted?: FormAnswer;
  readonly shown?: Shown;
  readonly tokens?: Tokens;
  readonly account: Account | undefined;
  readonly correlationId: string;
}

/** Fills the sign-up page of the flow; goes on as far as the server lets. */
export async function signUp(
  world: World,
  policy: string,
  fields: Fields = {},
  email = newAddress(),
): Promise<Outcome> {
  const person = world.person();
  const page = await person.openSignUp(policy);
  return submitForm(world, person, page, policy, email, {
    email,
    newPassword: goodPassword,
    reenterPassword: goodPassword,
    displayName: "Ida Lund",
    ...fields,
  });
}

/** Comes from the provider for the first time, and fills the page. `fields` undefined = stops before the page. */
export async function signUpFederated(
  world: World,
  policy: string,
  fields: Fields | undefined,
  email = newAddress(),
): Promise<Outcome> {
  const person = world.person();
  const start = aPage(await person.open(policy));
  const shown = await person.federate(start, { email, name: "Nils Berg" });
  if (fields === undefined || shown.kind !== "page") {
    const tokens = await tokensOf(person, shown, policy);
    const account = await accountOf(world, email);
    return { person, email, shown, account, correlationId: start.tid, ...(tokens && { tokens }) };
  }
  return submitForm(world, person, shown, policy, email, {
    email,
    displayName: "Nils Berg",
    givenName: "Nils",
    surname: "Berg",
    ...fields,
  });
}

/** Posts the form, goes on where it was accepted, and says what came of it. */
async function submitForm(
  world: World,
  person: Person,
  page: ShownPage,
  policy: string,
  email: string,
  fields: Fields,
): Promise<Outcome> {
  const posted = await person.post(page, fields);
  const shown = posted.status === "200" ? await person.act(page, "confirmed") : undefined;
  const tokens = shown && (await tokensOf(person, shown, policy));
  return {
    ...{ person, email, page, posted, correlationId: page.tid },
    account: await accountOf(world, email),
    ...(shown && { shown }),
    ...(tokens && { tokens }),
  };
}

/** Signs in on the page; `tokens` where the application got a code. */
export async function signIn(
  world: World,
  policy: string,
  email: string,
  password = goodPassword,
  person = world.person(),
): Promise<Outcome> {
  const page = aPage(await person.open(policy));
  return submitForm(world, person, page, policy, email, { email, password });
}

/** Claims of the id token of a sign-in that went through. */
export async function claimsOfSignIn(
  world: World,
  policy: string,
  email: string,
  password?: string,
): Promise<Readonly<Record<string, unknown>>> {
  const { tokens, posted } = await signIn(world, policy, email, password);
  if (tokens === undefined) throw new Error(`not signed in: ${posted?.text}`);
  return tokens.claims;
}

async function tokensOf(person: Person, shown: Shown, policy: string): Promise<Tokens | undefined> {
  if (shown.kind !== "application" || !shown.fields.has("code")) return undefined;
  return person.redeem(shown, policy);
}

/** The account with this address: a local sign-in name, or what a provider said. */
export async function accountOf(world: World, email: string): Promise<Account | undefined> {
  const tenant = world.server.context.tenants.find(tenantId);
  if (tenant === undefined) throw new Error("the tenant is not served");
  const directory = world.server.context.store.directory(tenant);
  return (
    (await directory.find({ kind: "signInName", value: email })) ??
    (await directory.find({ kind: "attribute", name: "otherMails", value: [email] })) ??
    (await directory.find({ kind: "attribute", name: "otherMails", value: email }))
  );
}

export async function countAccounts(world: World): Promise<number> {
  const tenant = world.server.context.tenants.find(tenantId);
  if (tenant === undefined) throw new Error("the tenant is not served");
  return world.server.context.store.directory(tenant).count();
}

/** The records of a journey's connector calls, oldest first. */
export async function callsOf(world: World, correlationId: string): Promise<readonly CallRecord[]> {
  const calls = await world.server.context.store.observations.listCalls(tenantId, 1000);
  return calls.filter((call) => call.correlationId === correlationId).toReversed();
}

/** The audit rows of a journey's connector calls, oldest first. */
export async function auditOf(world: World, correlationId: string): Promise<readonly AuditEntry[]> {
  const rows = await world.server.context.store.observations.listAudit(tenantId, 1000);
  return rows
    .filter((row) => row.correlationId === correlationId && row.activity.startsWith("An API was called"))
    .toReversed();
}

/** In one word and one sentence: what came of it for the person. */
export function resultOf({ posted, shown, tokens }: Outcome): string {
  if (posted && posted.status !== "200") return `page: ${posted.message}`;
  if (tokens) return "token";
  if (shown?.kind === "application") return `application: ${errorOf(shown)}`;
  // The block page is the only one without a way on.
  if (shown?.kind === "page" && shown.html.includes("vb-terminal")) return `block: ${visibleText(shown)}`;
  return shown ? shown.kind : "nothing";
}
