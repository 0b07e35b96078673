import { readCall, readCalls, type TenantCall } from "../calls/calls.ts";
import { replay } from "../calls/replay.ts";
import { queryOf } from "../interaction/form.ts";
import { CallList, CallPage, type CallView } from "./calls-page.tsx";
import { JourneyPage } from "./journey-page.tsx";
import { readJourney, readJourneys } from "./journeys.ts";
import { JourneyList } from "./journeys-page.tsx";
import { mailDocument, mailPolicy } from "./mail-document.ts";
import { NotificationList, notificationsJson, readNotifications } from "./notifications-page.tsx";
import { Outbox, outboxJson, readOutbox } from "./outbox.tsx";
import { type ConsolePage, type Section, sendPage } from "./page.tsx";
import { Empty } from "./parts.tsx";
import { type Action, type ConsoleParts, idOf, originOf, type Page, searchOf } from "./route.ts";

/** What the console shows of what happened: mails, calls, journeys; each list and each record also as JSON. */
export function recordPages(parts: ConsoleParts): readonly Page[] {
  return [...mailPages(parts), ...callPages(parts), ...notificationPages(parts), ...journeyPages(parts)];
}

function mailPages({ context }: ConsoleParts): readonly Page[] {
  return [
    [
      "/dev/outbox",
      async (request, reply) => {
        const entries = await readOutbox(context, undefined);
        const content = <Outbox entries={entries} query={searchOf(request)} now={context.now()} />;
        return sendPage(reply, { title: "Outbox", section: "/dev/outbox", content });
      },
    ],
    [
      "/dev/outbox.json",
      async (request) => outboxJson(context, await readOutbox(context, queryOf(request).get("to"))),
    ],
    [
      "/dev/outbox/:id/html",
      async (request, reply) => {
        const entries = await readOutbox(context, undefined);
        const entry = entries.find(({ id }) => id === idOf(request));
        if (!entry) return sendPage(reply, missing("/dev/outbox", "There is no such mail any more."));
        return reply
          .header("Content-Security-Policy", mailPolicy)
          .header("X-Frame-Options", "SAMEORIGIN")
          .type("text/html; charset=utf-8")
          .send(mailDocument(entry));
      },
    ],
  ];
}

function callPages(parts: ConsoleParts): readonly Page[] {
  const { context, replays } = parts;
  return [
    [
      "/dev/calls",
      async (request, reply) => {
        const query = searchOf(request);
        const calls = await readCalls(context, query);
        const content = <CallList view={{ calls, query, replays, now: context.now() }} />;
        return sendPage(reply, { title: "Calls", section: "/dev/calls", content });
      },
    ],
    [
      "/dev/calls.json",
      async (request) => {
        const calls = await readCalls(context, searchOf(request));
        return calls.map(({ tenant, call }) => ({ tenant: tenant.defaultDomain, ...call }));
      },
    ],
    [
      "/dev/calls/:id",
      async (request, reply) => {
        const shown = await readCall(context, idOf(request));
        if (!shown) return sendPage(reply, missing("/dev/calls", "There is no such call any more."));
        return sendCall(parts, reply, shown, {});
      },
    ],
  ];
}

async function sendCall(
  { context, token, replays }: ConsoleParts,
  reply: Parameters<Action>[1],
  shown: TenantCall,
  more: Pick<CallView, "problem" | "body" | "tried" | "answer">,
) {
  const { tenant, call } = shown;
  const repeated = replays.earlierOf(call.id);
  const [earlier, trace] = await Promise.all([
    repeated === undefined ? undefined : readCall(context, repeated),
    context.store.observations.trace(tenant.id, call.correlationId),
  ]);
  const view: CallView = {
    shown,
    ...(earlier && { earlier }),
    hasJourney: trace.length > 0,
    token: token.value,
    now: context.now(),
    ...more,
  };
  return sendPage(reply, {
    title: call.connectorId ?? call.technicalProfile,
    section: "/dev/calls",
    content: <CallPage view={view} />,
  });
}

export function replayAction(parts: ConsoleParts): Action {
  const { context, replays } = parts;
  return async (request, reply, form) => {
    const shown = await readCall(context, idOf(request));
    if (!shown) return sendPage(reply, missing("/dev/calls", "There is no such call any more."));
    const body = form.get("body") ?? "";
    const result = await replay(context, shown, { body, origin: originOf(request) });
    if ("problem" in result) return sendCall(parts, reply, shown, { problem: result.problem, body });
    replays.add(result.id, shown.call.id);
    return reply.redirect(`/dev/calls/${encodeURIComponent(result.id)}`, 303);
  };
}

/** Reads an edited answer as the flow would. */
export function tryAction(parts: ConsoleParts): Action {
  const { context } = parts;
  return async (request, reply, form) => {
    const shown = await readCall(context, idOf(request));
    if (!shown) return sendPage(reply, missing("/dev/calls", "There is no such call any more."));
    const answer = { status: form.get("status") ?? "", body: form.get("answer") ?? "" };
    if (!/^[1-5]\d\d$/.test(answer.status)) {
      return sendCall(parts, reply, shown, { problem: "An HTTP status has three digits.", answer });
    }
    const played = { status: Number(answer.status), body: answer.body };
    const body = shown.call.request.body ?? "";
    const result = await replay(context, shown, { body, answer: played, origin: originOf(request) });
    if ("problem" in result) return sendCall(parts, reply, shown, { problem: result.problem, answer });
    return sendCall(parts, reply, shown, { tried: result, answer });
  };
}

function notificationPages({ context, token }: ConsoleParts): readonly Page[] {
  return [
    [
      "/dev/notifications",
      async (_request, reply) => {
        const found = await readNotifications(context);
        const content = <NotificationList found={found} formToken={token.value} now={context.now()} />;
        return sendPage(reply, { title: "Notifications", section: "/dev/notifications", content });
      },
    ],
    ["/dev/notifications.json", async () => notificationsJson(await readNotifications(context))],
  ];
}

/** Sends a notification again at once, or removes it. */
export function notificationAction({ context }: ConsoleParts): Action {
  return async (request, reply, form) => {
    const id = idOf(request);
    const { notifications } = context.store;
    for (const tenant of context.tenants.all()) {
      if (form.get("do") === "remove") await notifications.remove(tenant.id, id);
      else await notifications.sendAgain(tenant.id, context.now(), id);
    }
    return reply.redirect("/dev/notifications", 303);
  };
}

function journeyPages({ context }: ConsoleParts): readonly Page[] {
  return [
    [
      "/dev/journeys",
      async (request, reply) => {
        const query = searchOf(request);
        const journeys = await readJourneys(context, query);
        const content = <JourneyList journeys={journeys} query={query} now={context.now()} />;
        return sendPage(reply, { title: "Journeys", section: "/dev/journeys", content });
      },
    ],
    [
      "/dev/journeys.json",
      async (request) => {
        const journeys = await readJourneys(context, searchOf(request));
        return journeys.map(({ tenant, summary }) => ({ tenant: tenant.defaultDomain, ...summary }));
      },
    ],
    [
      "/dev/journeys/:id",
      async (request, reply) => {
        const [, id = "", json] = /^(.*?)(\.json)?$/s.exec(idOf(request)) ?? [];
        const recordings = await readJourney(context, id);
        if (json !== undefined) {
          if (!recordings) return reply.code(404).send({ error: "There is no such journey any more." });
          const { tenant, summary, entries, calls, mails } = recordings;
          return {
            tenant: tenant.defaultDomain,
            ...(summary ?? { id }),
            entries,
            calls: calls.map((call) => call.id),
            mails: [...mails.values()].map((mail) => mail.id),
          };
        }
        if (!recordings)
          return sendPage(reply, missing("/dev/journeys", "There is no such journey any more."));
        const content = <JourneyPage id={id} recordings={recordings} now={context.now()} />;
        return sendPage(reply, {
          title: recordings.summary?.policyId ?? "Journey",
          section: "/dev/journeys",
          content,
        });
      },
    ],
  ];
}

/** A page of the console that is not there, or not any more: what happened is kept for hours only. */
export function missing(section: Section, title: string): ConsolePage {
  return {
    title: "Not there",
    section,
    status: 404,
    content: (
      <>
        <h1>Not there</h1>
        <Empty title={title}>
          What happened is kept for some hours only. <a href={section}>Show what is there</a>.
        </Empty>
      </>
    ),
  };
}
