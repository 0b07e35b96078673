import { parseRequest } from "@vestibule/connector";
import { Checks } from "../match.ts";
import { type CaseResult, skipped, verdict } from "../report.ts";
import type { CaseFile, RequestCase } from "./case-file.ts";
import { fillIn, openLocalSignUp, signInLocally, signInWithProvider } from "./person.ts";
import { flowPolicy, type Settings, World } from "./user-flow.ts";

/** The request that reaches the API for a visit, compared as a whole. */
export async function requestCase(file: CaseFile, each: RequestCase): Promise<CaseResult> {
  const world = new World(file);
  const { form = {}, idpClaims = {}, directoryUser = {}, uiLocales } = each.context;
  const userName = each.kind.endsWith("username");
  const policy = flowPolicy(file, {
    bound: [each.step],
    userName,
    settings: settingsOf(each.context.setting),
    selection: { userAttributes: allAttributes(file) },
  });
  const browser = world.browser(policy, uiLocales);
  const { url, ...request } = each.request;
  switch (each.kind) {
    case "local-signup":
    case "local-signup-username":
      await openLocalSignUp(browser);
      await fillIn(browser, world, form);
      break;
    case "federated-signup":
      await signInWithProvider(browser, world, idpClaims);
      if (each.step !== "PostFederationSignup") await fillIn(browser, world, form);
      break;
    case "local-signin":
      await world.localAccount(directoryUser);
      await signInLocally(browser, String(directoryUser.email ?? ""));
      break;
    case "federated-signin": {
      const identity = federatedIdentity(request.body);
      await world.federatedAccount(directoryUser, identity.issuer, identity.issuerAssignedId);
      await signInWithProvider(browser, world, {
        issuer: identity.issuer,
        userId: identity.issuerAssignedId,
      });
      break;
    }
    default:
      return skipped(`the kind of visit '${each.kind}' is not known`);
  }
  const [call, ...others] = world.ports.httpCalls;
  const checks = new Checks();
  checks.equal("calls", 1 + others.length, 1);
  if (!call) return verdict([{ what: "call", expected: "one request", got: browser.outcome }]);
  checks.equal("method", call.method, request.method);
  checks.equal("url", call.url, url);
  const headers = Object.fromEntries(
    Object.entries(call.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  for (const [name, value] of Object.entries(request.headers))
    checks.equal(`header ${name}`, headers[name], value);
  const body: Record<string, unknown> = JSON.parse(call.body ?? "null");
  checks.equal("body", body, request.body);
  // The library for authors of APIs must read what the engine sends.
  const { extensionsAppId } = file.tenant;
  checks.equal("step read by the library", parseRequest(call.body, { extensionsAppId }).step, each.step);
  for (const name of each.mustNotContain ?? []) checks.equal(`member ${name}`, body[name], undefined);
  return verdict(checks.mismatches);
}

/** Every attribute of the tenant is selected: what a case sends must not depend on a selection that it does not name. */
function allAttributes(file: CaseFile): string[] {
  const { userAttributes } = file.userFlow.defaultSelection;
  const custom = Object.keys(file.tenant.customAttributes).map((name) => `extension_${name}`);
  return [...new Set([...userAttributes, ...custom])];
}

function settingsOf(text: string | undefined): Settings {
  const [name, value] = text?.split("=") ?? [];
  return name ? { [name]: value === "true" } : {};
}

function federatedIdentity(body: Readonly<Record<string, unknown>>): {
  issuer: string;
  issuerAssignedId: string;
} {
  const [first] = Array.isArray(body.identities) ? body.identities : [];
  return { issuer: String(first?.issuer), issuerAssignedId: String(first?.issuerAssignedId) };
}
