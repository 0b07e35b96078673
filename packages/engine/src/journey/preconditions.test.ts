import { expect, it } from "vitest";
import { samplePolicy, skipIf } from "../testing/sample-policy.ts";
import { judgePreconditions } from "./preconditions.ts";

const policy = samplePolicy();
const judge = (bag: Record<string, string | boolean>, ...preconditions: ReturnType<typeof skipIf>[]) =>
  judgePreconditions({ policy, secrets: new Set(["password"]) }, preconditions, bag);
const skips = (bag: Record<string, string | boolean>, ...preconditions: ReturnType<typeof skipIf>[]) =>
  judge(bag, ...preconditions).skip !== undefined;

it("skips on ClaimsExist by presence; an empty string counts as present", () => {
  expect(skips({}, skipIf("ClaimsExist", true, "email"))).toBe(false);
  expect(skips({}, skipIf("ClaimsExist", false, "email"))).toBe(true);
  expect(skips({ email: "" }, skipIf("ClaimsExist", true, "email"))).toBe(true);
});

it("never skips by ClaimEquals on an absent claim", () => {
  expect(skips({}, skipIf("ClaimEquals", false, "email", "a"))).toBe(false);
  expect(skips({}, skipIf("ClaimEquals", true, "email", ""))).toBe(false);
});

it("compares text with regard to case, booleans without", () => {
  expect(skips({ email: "A" }, skipIf("ClaimEquals", true, "email", "a"))).toBe(false);
  expect(skips({ newUser: true }, skipIf("ClaimEquals", true, "newUser", "true"))).toBe(true);
  expect(skips({ newUser: true }, skipIf("ClaimEquals", false, "newUser", "True"))).toBe(false);
});

it("finds claims in any spelling of their id, and skips when the second precondition says so", () => {
  expect(
    skips(
      { objectId: "1" },
      skipIf("ClaimsExist", false, "OBJECTID"),
      skipIf("ClaimsExist", true, "objectid"),
    ),
  ).toBe(true);
});

it("tells what each precondition found up to the one that skipped, without the value of a secret", () => {
  const { verdicts } = judge(
    { email: "a", password: "Passw0rd!" },
    skipIf("ClaimEquals", true, "displayName", "x"),
    skipIf("ClaimEquals", true, "EMAIL", "b"),
    skipIf("ClaimsExist", true, "Password"),
    skipIf("ClaimsExist", true, "email"),
  );
  expect(verdicts).toEqual([
    { type: "ClaimEquals", values: ["displayName", "x"], executeActionsIf: true, skips: false },
    { type: "ClaimEquals", values: ["EMAIL", "b"], executeActionsIf: true, found: "a", skips: false },
    { type: "ClaimsExist", values: ["Password"], executeActionsIf: true, found: "••••••", skips: true },
  ]);
});
