import { describeClaims } from "./claims.js";
import { authorizationAddress, redeem, signOutAddress, takeTransaction } from "./oauth.js";
import { element, show } from "./page.js";

const lastRun = "sample-app-last-run";
/** The order in which people meet the flows; others follow. */
const usualOrder = ["Sign up and sign in", "Sign up", "Sign in", "Profile editing", "Password reset"];

try {
  const configuration = await (await fetch("/app/config.json")).json();
  for (const { policies } of configuration.tenants) policies.sort((a, b) => rank(a) - rank(b));
  const path = location.pathname.toLowerCase().replace(/\/$/, "");
  if (path === "/app/login") await logIn(configuration);
  else if (path === "/app/callback") await comeBack(configuration);
  else home(configuration);
} catch (error) {
  failed(error.message);
}

function rank({ description }) {
  const place = usualOrder.indexOf(description);
  return place < 0 ? usualOrder.length : place;
}

function home(configuration) {
  const { tenants } = configuration;
  if (tenants.length === 0) {
    show(
      "Nothing to sign in to",
      element("p", {}, "The tenant has no policy yet, or its files hold errors; the terminal shows them."),
    );
    return;
  }
  show(
    "Choose a user flow",
    ...tenants.map((tenant) => flowsOf(tenant)),
    element(
      "p",
      { class: "faint" },
      "Each one starts a sign-in of this application; the token that comes back is shown here.",
    ),
  );
}

function flowsOf(tenant) {
  const choice = element(
    "select",
    { id: `client-${tenant.domain}` },
    ...tenant.clients.map((client) =>
      element(
        "option",
        { value: client.id },
        `${client.name} (${client.confidential ? "with a secret" : "public"})`,
      ),
    ),
  );
  return element(
    "section",
    { class: "card" },
    element("h2", {}, tenant.name),
    tenant.clients.length === 0
      ? element(
          "p",
          {},
          `No application of this tenant has the redirect URI ${location.origin}/app/callback.`,
        )
      : element("div", {}, element("label", { for: choice.id }, "Application"), choice),
    element("h2", {}, "User flow"),
    flowList(tenant, () => choice.value),
  );
}

function flowList(tenant, client) {
  return element(
    "ul",
    { class: "flows" },
    ...tenant.policies.map((policy) =>
      element(
        "li",
        {},
        element(
          "button",
          { class: "button", type: "button", onclick: () => start(tenant.domain, policy.id, client()) },
          element("span", {}, policy.id),
          element("span", { class: "faint" }, policy.description),
        ),
      ),
    ),
  );
}

async function start(tenant, policy, client, parameters) {
  try {
    location.assign(await authorizationAddress({ tenant, policy, client, parameters }));
  } catch (error) {
    failed(error.message);
  }
}

/** `/app/login?policy=…&client=…&tenant=…`; every other parameter goes to the authorization endpoint as it is. */
async function logIn(configuration) {
  const query = new URLSearchParams(location.search);
  const { policy, client, tenant, ...parameters } = Object.fromEntries(query);
  const wanted = policy?.toLowerCase();
  const found =
    configuration.tenants.find((one) => one.domain === tenant || one.id === tenant) ??
    configuration.tenants.find((one) => one.policies.some(({ id }) => id.toLowerCase() === wanted)) ??
    configuration.tenants[0];
  const chosenPolicy = policy ?? found?.policies[0]?.id;
  const chosenClient = client ?? found?.clients[0]?.id;
  if (!found || !chosenPolicy || !chosenClient) return home(configuration);
  // Replaced, so that the back button does not start the flow again.
  location.replace(
    await authorizationAddress({
      tenant: found.domain,
      policy: chosenPolicy,
      client: chosenClient,
      parameters,
    }),
  );
}

async function comeBack(configuration) {
  const answer = new URLSearchParams(location.hash.length > 1 ? location.hash.slice(1) : location.search);
  // Codes do not belong in the history, nor in the address that is copied from the address bar.
  history.replaceState(null, "", "/app/callback");
  const state = answer.get("state");
  const transaction = takeTransaction(state);
  if (answer.has("error")) return refused(configuration, answer, transaction);
  const code = answer.get("code");
  if (code === null) {
    const last = sessionStorage.getItem(lastRun);
    if (answer.size === 0 && last !== null) return showRun(configuration, JSON.parse(last));
    return signedOut(configuration);
  }
  if (transaction === undefined) {
    return failed("This answer belongs to a sign-in that this tab did not begin.");
  }
  const client = configuration.tenants
    .flatMap((tenant) => tenant.clients)
    .find((one) => one.id === transaction.client);
  const { tokens, claims } = await redeem(transaction, code, client?.confidential === true);
  const { tenant, policy } = transaction;
  const run = { tenant, policy, client: transaction.client, tokens, claims };
  sessionStorage.setItem(lastRun, JSON.stringify(run));
  showRun(configuration, run);
}

function showRun(configuration, run) {
  const who = run.claims.name ?? run.claims.given_name ?? run.claims.emails?.[0];
  show(
    who ? `Signed in as ${who}` : "Signed in",
    element(
      "p",
      {},
      element("span", { class: "good" }, "✓ "),
      `${run.policy} answered, and the signature of the id token is right.`,
    ),
    element(
      "div",
      { class: "actions" },
      element(
        "button",
        { class: "button primary", type: "button", onclick: () => start(run.tenant, run.policy, run.client) },
        "Run again",
      ),
      element("button", { class: "button", type: "button", onclick: () => signOut(run) }, "Sign out"),
    ),
    element("div", { class: "card" }, claimsTable(run.claims)),
    raw("Id token as it came", run.tokens.id_token),
    run.tokens.access_token ? raw("Access token as it came", run.tokens.access_token) : undefined,
    otherFlows(configuration, run),
  );
}

function claimsTable(claims) {
  return element(
    "table",
    { id: "claims" },
    element("caption", {}, "Claims of the id token"),
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        ...["Claim", "Value", "What it is"].map((text) => element("th", { scope: "col" }, text)),
      ),
    ),
    element(
      "tbody",
      {},
      ...describeClaims(claims).map((row) =>
        element(
          "tr",
          { class: row.added ? "added" : undefined, "data-claim": row.name },
          element("th", { scope: "row" }, row.name),
          element("td", { class: "value" }, row.value),
          element("td", { class: "faint" }, row.meaning),
        ),
      ),
    ),
  );
}

function raw(title, token) {
  return element(
    "details",
    {},
    element("summary", {}, title),
    element("div", { class: "card" }, element("pre", {}, token)),
  );
}

function otherFlows(configuration, run) {
  const tenant = configuration.tenants.find((one) => one.domain === run.tenant);
  if (!tenant) return undefined;
  return element(
    "section",
    {},
    element("h2", {}, "Run another flow"),
    flowList(tenant, () => run.client),
  );
}

async function signOut(run) {
  sessionStorage.removeItem(lastRun);
  try {
    location.assign(await signOutAddress(run.tenant, run.policy, run.tokens.id_token));
  } catch (error) {
    failed(error.message);
  }
}

function signedOut(configuration) {
  sessionStorage.removeItem(lastRun);
  show(
    "Signed out",
    element("p", {}, "The session has ended; the next sign-in asks for credentials again."),
    ...configuration.tenants.map((tenant) => flowsOf(tenant)),
  );
}

function refused(configuration, answer, transaction) {
  const description = answer.get("error_description") ?? "";
  const cancelled = description.startsWith("AADB2C90091");
  show(
    cancelled ? "Cancelled" : "No token came back",
    element(
      "p",
      {},
      cancelled ? "The person pressed Cancel." : `The answer is the error ${answer.get("error")}:`,
    ),
    element("div", { class: "card" }, element("pre", { id: "error-description" }, description)),
    transaction
      ? element(
          "div",
          { class: "actions" },
          element(
            "button",
            {
              class: "button primary",
              type: "button",
              onclick: () => start(transaction.tenant, transaction.policy, transaction.client),
            },
            "Run again",
          ),
        )
      : undefined,
    ...configuration.tenants.map((tenant) => flowsOf(tenant)),
  );
}

function failed(message) {
  show(
    "That did not work",
    element("p", { class: "bad", role: "alert" }, message),
    element(
      "div",
      { class: "actions" },
      element("a", { class: "button", href: "/app" }, "Choose a flow again"),
    ),
  );
}
