import { Browser } from "../browser/browser.ts";
import { clientId, type Laboratory, redirectUri, tenantDomain } from "../lab/laboratory.ts";
import type { OutsideWorld } from "./outside-world.ts";
import { personsAccount } from "./person.ts";
import type { PolicyFacts } from "./policy-facts.ts";
import { type Goal, Robot } from "./robot.ts";

export interface Attempt {
  readonly goal: Goal;
  /** `token`; `outcome`: an error that the policy itself words; `message`: its last page; else what stopped the walk. */
  readonly kind: "token" | "outcome" | "message" | "error" | "page" | "outside";
  readonly reason: string;
  readonly path: readonly string[];
  /** The end of the journey's recording, where the walk came to no end. */
  readonly recording?: readonly string[];
}

/** One walk through a policy in a fresh directory. */
export async function attempt(
  goal: Goal,
  policy: string,
  facts: PolicyFacts,
  laboratory: Laboratory,
  outside: OutsideWorld,
  /** The person has been here before: the directory stays as it is. */
  returning = false,
): Promise<Attempt> {
  if (!returning) {
    laboratory.reset();
    laboratory.clock.advance(2 * 3600);
    if (/^sign in/.test(goal)) {
      const account = personsAccount(goal === "sign in with attributes" ? facts.privileges : {});
      await laboratory.addAccount(account, `${policy} ${laboratory.clock.now()}`);
    }
  }
  outside.sent.length = 0;
  outside.nonce = undefined;
  const browser = new Browser({ origin: laboratory.origin, redirectUri, now: () => laboratory.clock.now() });
  const robot = new Robot(browser, laboratory, outside, returning && goal === "sign up" ? "sign in" : goal);
  const end = await robot.walk(await browser.open(await address(policy, facts, laboratory, outside)));
  const isOver = end.kind === "application" && end.fields.has("id_token");
  const recording = isOver ? {} : { recording: await laboratory.lastWords(8) };
  const about = { goal, path: robot.path, ...recording };
  switch (end.kind) {
    case "application":
      return { ...about, ...answered(end.fields) };
    case "message":
      return { ...about, kind: "message", reason: `a last page: ${end.text}` };
    case "page":
      return { ...about, kind: "page", reason: `${end.page}: ${end.reason}` };
    case "error":
      return { ...about, kind: "error", reason: `error page: ${end.reason}` };
    case "outside":
      return { ...about, kind: "outside", reason: `the browser is sent to ${end.at} and never comes back` };
  }
}

function answered(fields: URLSearchParams): Pick<Attempt, "kind" | "reason"> {
  if (fields.has("id_token")) return { kind: "token", reason: "token" };
  const description = (fields.get("error_description") ?? "").split(/\r?\n/, 1)[0] ?? "";
  const reason = `${fields.get("error") ?? "no token and no error"}: ${description}`;
  // The server's own failures carry its codes; any other text is the policy's or its API's.
  return { kind: /^AADB2C/.test(description) || description === "" ? "error" : "outcome", reason };
}

async function address(
  policy: string,
  facts: PolicyFacts,
  laboratory: Laboratory,
  outside: OutsideWorld,
): Promise<string> {
  const { hint } = facts;
  const secret = hint?.secretContainer === undefined ? undefined : laboratory.secret(hint.secretContainer);
  const query = new URLSearchParams({
    ...facts.parameters,
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: "id_token",
    scope: "openid",
    nonce: "crawl",
    ...(hint && { id_token_hint: await outside.hintToken(hint, secret) }),
  });
  return `/${tenantDomain}/${policy}/oauth2/v2.0/authorize?${query}`;
}
