import type { ServerContext } from "../context.ts";
import type { KeptNotification } from "../store/store.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { Empty, State, When } from "./parts.tsx";

/** Notifications that the console looks back over, for each tenant. */
const depth = 200;

export interface TenantNotification {
  readonly tenant: Tenant;
  readonly kept: KeptNotification;
}

/** What was not delivered yet, newest first. */
export async function readNotifications(context: ServerContext): Promise<readonly TenantNotification[]> {
  const lists = await Promise.all(
    context.tenants.all().map(async (tenant) => {
      const found = await context.store.notifications.list(tenant.id, depth);
      return found.map((kept) => ({ tenant, kept }));
    }),
  );
  return lists.flat().sort((one, other) => other.kept.notification.created - one.kept.notification.created);
}

/** `/dev/notifications.json`: times are in milliseconds since 1970. */
export function notificationsJson(found: readonly TenantNotification[]) {
  return found.map(({ tenant, kept: { id, state, due, attempts, problem, notification } }) => ({
    id,
    tenant: tenant.defaultDomain,
    policy: notification.policyId,
    connector: notification.connectorId ?? notification.technicalProfile,
    correlationId: notification.correlationId,
    created: notification.created,
    state,
    due,
    attempts,
    problem,
  }));
}

/** `/dev/notifications`. */
export function NotificationList({
  found,
  formToken,
  now,
}: {
  readonly found: readonly TenantNotification[];
  readonly formToken: string;
  readonly now: number;
}) {
  return (
    <>
      <div class="head">
        <h1>Notifications</h1>
      </div>
      <div data-live="notifications">
        {found.length === 0 ? (
          <Empty title="Every notification was delivered">
            What connectors of the mode <code>notify</code> have still to say stands here until the API
            answered with 2xx. Delivered ones are among the <a href="/dev/calls">calls</a>.
          </Empty>
        ) : (
          <ul class="mails">
            {found.map((each) => (
              <Item key={each.kept.id} each={each} formToken={formToken} now={now} />
            ))}
          </ul>
        )}
      </div>
    </>
  );
}

function Item({
  each: { tenant, kept },
  formToken,
  now,
}: {
  readonly each: TenantNotification;
  readonly formToken: string;
  readonly now: number;
}) {
  const { id, state, due, attempts, problem, notification } = kept;
  const dead = state === "dead";
  return (
    <li class="card mail" id={`notification-${id}`} data-key={id}>
      <div class="mail-head">
        <div>
          <h2>{notification.connectorId ?? notification.technicalProfile}</h2>
          <p>
            {tenant.displayName}, {notification.policyId}, <When at={notification.created} now={now} />{" "}
            <State tone={dead ? "bad" : "quiet"}>
              {dead
                ? `given up after ${attempts} tries`
                : attempts === 0
                  ? "not sent yet"
                  : `${attempts} tries so far`}
            </State>
          </p>
          {problem !== "" && <p>{problem}</p>}
          {!dead && attempts > 0 && (
            <p>
              next try <When at={due} now={now} />
            </p>
          )}
        </div>
      </div>
      <form method="post" action={`/dev/notifications/${encodeURIComponent(id)}`}>
        <input type="hidden" name="token" value={formToken} />
        <button type="submit" name="do" value="send">
          Send now
        </button>{" "}
        <button type="submit" name="do" value="remove" class="quiet">
          Remove
        </button>
      </form>
    </li>
  );
}
