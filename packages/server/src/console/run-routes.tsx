import { queryOf } from "../interaction/form.ts";
import { Home, readHome } from "./home.tsx";
import { sendPage } from "./page.tsx";
import { readAnswer } from "./redeem.ts";
import { type Action, type ConsoleParts, originOf, type Page } from "./route.ts";
import { makeProof, readRun, sampleAddress } from "./run.ts";
import { Gone, RunPage } from "./run-page.tsx";

const section = "/dev";

export function runPages({ context, token, sampleApplication }: ConsoleParts): readonly Page[] {
  return [
    [
      "/dev",
      async (request, reply) => {
        const view = await readHome(context, originOf(request));
        return sendPage(reply, { title: "Run now", section, content: <Home view={view} /> });
      },
    ],
    ["/dev/diagnostics.json", async () => context.tenants.diagnostics()],
    [
      "/dev/run",
      async (request, reply) => {
        const run = readRun(context, queryOf(request));
        if ("problem" in run) return sendPage(reply, gone(run.problem));
        const sample = sampleAddress(run);
        const isHere = sample?.origin === originOf(request);
        if (sample && isHere && sampleApplication) return reply.redirect(sample.path, 303);
        const elsewhere = sample && !isHere ? { elsewhere: `${sample.origin}${sample.path}` } : {};
        const content = <RunPage run={run} proof={makeProof()} token={token.value} {...elsewhere} />;
        return sendPage(reply, { title: run.policy.id, section, content });
      },
    ],
  ];
}

export function finishRun({ agent, context, token }: ConsoleParts): Action {
  return async (request, reply, form) => {
    const run = readRun(context, form);
    if ("problem" in run) return sendPage(reply, gone(run.problem));
    const proof = {
      state: form.get("state") ?? "",
      nonce: form.get("nonce") ?? "",
      verifier: form.get("verifier") ?? "",
    };
    const answer = await readAnswer(agent, context, request, run, proof, form.get("answer") ?? "");
    // A code is used up by the first try; the next one needs a new request.
    const next = answer.kind === "problem" ? proof : makeProof();
    const content = <RunPage run={run} proof={next} token={token.value} answer={answer} />;
    return sendPage(reply, { title: run.policy.id, section, content });
  };
}

function gone(problem: string) {
  return { title: "Not there", section, status: 404, content: <Gone problem={problem} /> } as const;
}
