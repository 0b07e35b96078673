import type { CallRecord } from "@vestibule/engine";
import type { Diagnostic } from "@vestibule/policy";
import type { ServerContext } from "../context.ts";
import type { ApiConnector, Tenant, TenantPolicy } from "../tenant/tenant.ts";
import { CallState } from "./call-parts.tsx";
import { Empty, State, TableFrame, type Tone, When } from "./parts.tsx";
import { policyPath, prompts, runnable, targetValue } from "./run.ts";

interface TenantView {
  readonly tenant: Tenant;
  readonly connectors: readonly { readonly connector: ApiConnector; readonly last?: CallRecord }[];
}

/** Calls among which a connector's last one is looked for. */
const recentCalls = 200;

export interface HomeView {
  readonly tenants: readonly TenantView[];
  readonly diagnostics: readonly Diagnostic[];
  /** `http://localhost:4480`. */
  readonly origin: string;
  readonly now: number;
}

export async function readHome(context: ServerContext, origin: string): Promise<HomeView> {
  const tenants = await Promise.all(
    context.tenants.all().map(async (tenant): Promise<TenantView> => {
      const calls = await context.store.observations.listCalls(tenant.id, recentCalls);
      const connectors = tenant.connectors.map((connector) => {
        const last = calls.find((call) => call.connectorId === connector.id);
        return { connector, ...(last && { last }) };
      });
      return { tenant, connectors };
    }),
  );
  return { tenants, diagnostics: context.tenants.diagnostics(), origin, now: context.now() };
}

/** `/dev`: everything that can be run, what it calls, and what is wrong with the files. */
export function Home({ view }: { readonly view: HomeView }) {
  return (
    <>
      <h1>Run now</h1>
      {view.tenants.length === 0 && (
        <Empty title="No tenant is served">
          A tenant is a folder with a <code>tenant.json</code>. Start the server with one:{" "}
          <code>npx vestibule dev examples/sample-tenant</code>.
          {view.diagnostics.length > 0 &&
            " The problems below say why the folder that it was started with is not."}
        </Empty>
      )}
      {view.tenants.map((one) => (
        <TenantSection key={one.tenant.id} one={one} origin={view.origin} now={view.now} />
      ))}
      <Problems diagnostics={view.diagnostics} />
      <section>
        <h2>For scripts</h2>
        <p class="links">
          {["outbox", "calls", "journeys", "diagnostics"].map((name) => (
            <a class="mono" href={`/dev/${name}.json`} key={name}>
              /dev/{name}.json
            </a>
          ))}
          <a class="mono" href="/healthz">
            /healthz
          </a>
        </p>
      </section>
    </>
  );
}

function TenantSection({
  one,
  origin,
  now,
}: {
  readonly one: TenantView;
  readonly origin: string;
  readonly now: number;
}) {
  const { tenant, connectors } = one;
  const policies = [...tenant.policies.values()];
  return (
    <section aria-labelledby={`tenant-${tenant.id}`}>
      <h2 id={`tenant-${tenant.id}`}>
        {tenant.displayName} <span class="mono faint">{tenant.defaultDomain}</span>
      </h2>
      {policies.length === 0 ? (
        <Empty title="No policy can be run">
          A user flow is a file in <code>{tenant.directory}/userFlows</code>, for example{" "}
          <code>B2C_1_signup_signin.json</code>. It appears here when it is saved.
        </Empty>
      ) : (
        <RunForm tenant={tenant} origin={origin} />
      )}
      <h3>API connectors</h3>
      {connectors.length === 0 ? (
        <Empty title="No API connector">
          An API connector is a file in <code>{tenant.directory}/apiConnectors</code>; a user flow names it at
          one of its three steps.
        </Empty>
      ) : (
        <div data-live={`connectors-${tenant.id}`}>
          <ConnectorTable connectors={connectors} now={now} />
        </div>
      )}
    </section>
  );
}

function RunForm({ tenant, origin }: { readonly tenant: Tenant; readonly origin: string }) {
  const applications = runnable(tenant);
  const own = `${origin}/app/callback`.toLowerCase();
  const id = (name: string) => `${name}-${tenant.id}`;
  if (applications.length === 0) {
    return (
      <Empty title="No application can run a policy">
        An application needs a reply URL: <code>redirectUris</code> in{" "}
        <code>{tenant.directory}/applications.json</code>.
      </Empty>
    );
  }
  const preferred = applications
    .flatMap((one) => one.redirectUris.map(({ uri }) => ({ one, uri })))
    .find(({ uri }) => uri.toLowerCase() === own);
  const selected = preferred && targetValue(preferred.one, preferred.uri);
  return (
    <form class="card run" action="/dev/run" method="get">
      <input type="hidden" name="tenant" value={tenant.id} />
      <div class="field">
        <label for={id("target")}>Application and reply URL</label>
        <select id={id("target")} name="target">
          {applications.map((application) => (
            <optgroup label={application.displayName} key={application.clientId}>
              {application.redirectUris.map(({ uri }) => {
                const value = targetValue(application, uri);
                return (
                  <option value={value} key={value} selected={value === selected}>
                    {application.displayName}: {uri}
                  </option>
                );
              })}
            </optgroup>
          ))}
        </select>
      </div>
      <details>
        <summary>Parameters</summary>
        <div class="fields">
          <div class="field">
            <label for={id("prompt")}>prompt</label>
            <select id={id("prompt")} name="prompt">
              <option value="">not sent</option>
              {prompts.map((prompt) => (
                <option value={prompt} key={prompt}>
                  {prompt}
                </option>
              ))}
            </select>
          </div>
          {[
            ["ui_locales", "en, de, ar"],
            ["login_hint", "demo@contoso.example"],
            ["domain_hint", "facebook.com"],
          ].map(([name = "", example]) => (
            <div class="field" key={name}>
              <label for={id(name)}>{name}</label>
              <input id={id(name)} name={name} placeholder={example} autocomplete="off" spellcheck={false} />
            </div>
          ))}
        </div>
      </details>
      <ul class="flows">
        {inUsualOrder(tenant).map((policy) => (
          <li key={policy.id}>
            <span class="flow">
              <span class="mono">{policy.id}</span>
              <span class="faint">
                {policy.description}{" "}
                <a href={policyPath({ tenant, policy }, "v2.0/.well-known/openid-configuration")}>metadata</a>
              </span>
            </span>
            <button
              type="submit"
              name="policy"
              value={policy.id}
              class="primary"
              aria-label={`Run now ${policy.id}`}
            >
              Run now
            </button>
          </li>
        ))}
      </ul>
    </form>
  );
}

/** What user flows say of themselves, in the order in which people meet them; others follow. */
const usualOrder = ["Sign up and sign in", "Sign up", "Sign in", "Profile editing", "Password reset"];

function inUsualOrder(tenant: Tenant): readonly TenantPolicy[] {
  const rank = ({ description }: TenantPolicy) =>
    (usualOrder.indexOf(description) + usualOrder.length + 1) % (usualOrder.length + 1);
  return [...tenant.policies.values()].sort((one, other) => rank(one) - rank(other));
}

const authentications: Readonly<Record<ApiConnector["authentication"], string>> = {
  none: "none",
  basic: "HTTP Basic",
  clientCertificate: "client certificate",
  apiKeyHeader: "API key in a header",
  bearer: "bearer token",
  clientCredentials: "OAuth 2.0 client credentials",
};

function ConnectorTable({
  connectors,
  now,
}: {
  readonly connectors: TenantView["connectors"];
  readonly now: number;
}) {
  return (
    <TableFrame label="API connectors">
      <table>
        <thead>
          <tr>
            <th scope="col">Connector</th>
            <th scope="col">Last call</th>
            <th scope="col">Address</th>
            <th scope="col">Authentication</th>
          </tr>
        </thead>
        <tbody>
          {connectors.map(({ connector, last }) => (
            <tr key={connector.id} data-key={connector.id}>
              <th scope="row">
                <a href={`/dev/calls?q=${encodeURIComponent(connector.id)}`}>{connector.displayName}</a>
              </th>
              <td>
                {last ? (
                  <>
                    <CallState call={last} />{" "}
                    <a href={`/dev/calls/${encodeURIComponent(last.id)}`}>
                      <When at={last.at} now={now} />
                    </a>
                  </>
                ) : (
                  <State tone="quiet">Not called yet</State>
                )}
              </td>
              <td class="mono">{withoutQuery(connector.targetUrl)}</td>
              <td>{authentications[connector.authentication]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}

/** An API key may stand in the query string (api-connectors.md A6): the console shows that there is one, not which. */
function withoutQuery(url: string): string {
  const at = url.search(/[?#]/);
  return at < 0 ? url : `${url.slice(0, at)}?…`;
}

const severities: Readonly<Record<Diagnostic["severity"], Tone>> = {
  error: "bad",
  warning: "warn",
  notice: "quiet",
};

const gravest: readonly Diagnostic["severity"][] = ["error", "warning", "notice"];

function Problems({ diagnostics: found }: { readonly diagnostics: readonly Diagnostic[] }) {
  const diagnostics = gravest.flatMap((severity) => found.filter((one) => one.severity === severity));
  return (
    <section aria-labelledby="problems">
      <h2 id="problems">Problems in the tenant's files</h2>
      <div data-live="problems">
        {diagnostics.length === 0 ? (
          <Empty title="Nothing to remark">
            A mistake in a file stands here with its place as soon as it is saved; what was good before goes
            on serving.
          </Empty>
        ) : (
          <ul class="problems">
            {diagnostics.map((one, index) => (
              <li key={`${one.code}-${index}`}>
                <State tone={severities[one.severity]}>{one.severity}</State>{" "}
                <span class="mono faint">{one.code}</span>{" "}
                {one.at && (
                  <code>
                    {one.at.file}:{one.at.line}:{one.at.column}
                  </code>
                )}
                <p>
                  {one.path && <code>{one.path}</code>} {one.message} {one.hint}
                </p>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}
