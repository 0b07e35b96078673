import type { Person } from "../connectors/person.ts";
import { actionAddress, aPage, type Shown, type ShownPage } from "../connectors/shown.ts";
import { goodPassword, mailedCode } from "../connectors/world.ts";

/** What one browser knows of its sign-up so far. */
export interface Progress {
  readonly url: string;
  readonly email: string;
  first?: ShownPage;
  page?: ShownPage;
  end?: Shown;
}

export const policy = "B2C_1_crash";

/** A sign-up request by request; each may be repeated, as a browser does whose answer was lost. */
export const signUpSteps: readonly {
  readonly name: string;
  run(person: Person, progress: Progress): Promise<void>;
}[] = [
  {
    name: "opening the flow",
    async run(person, progress) {
      progress.first = aPage(await person.open(policy));
    },
  },
  {
    name: "choosing to sign up",
    async run(person, progress) {
      const first = known(progress.first);
      progress.page = aPage(
        await person.follow(await person.fetch(actionAddress(first, "unified", { local: "signup" }))),
      );
    },
  },
  {
    name: "asking for a code",
    async run(person, progress) {
      const answer = await person.verification(known(progress.page), "VERIFICATION_REQUEST", progress.email);
      if (!answer.includes('"result":0')) throw new Error(answer);
    },
  },
  {
    name: "entering the code",
    async run(person, progress) {
      const page = known(progress.page);
      const enter = async () => {
        const code = await mailedCode(progress.url, progress.email);
        return person.verification(page, "VALIDATION_REQUEST", progress.email, code);
      };
      if ((await enter()).includes('"result":0')) return;
      // A code counts once: whoever lost the answer asks for another one.
      await person.verification(page, "VERIFICATION_REQUEST", progress.email);
      const answer = await enter();
      if (!answer.includes('"result":0')) throw new Error(answer);
    },
  },
  {
    name: "pressing Create",
    async run(person, progress) {
      const answer = await person.post(known(progress.page), {
        email: progress.email,
        newPassword: goodPassword,
        reenterPassword: goodPassword,
        displayName: "Ida Lund",
        city: "Lund",
      });
      if (answer.status !== "200") throw new Error(answer.text);
    },
  },
  {
    name: "going on to the application",
    async run(person, progress) {
      progress.end = await person.act(known(progress.page), "confirmed");
      if (progress.end.kind !== "application") throw new Error(progress.end.html);
    },
  },
];

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a step before was not done");
  return value;
}
