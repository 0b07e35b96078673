import { describe, expect, it } from "vitest";
import { type Run, runProfile } from "./profile-context.fixture.ts";

const metadata = { "vestibule.connectorStep": "PostAttributeCollection", "vestibule.mode": "notify" };
const run = (more: Partial<Run> = {}) => runProfile({ metadata, ...more });

describe("a profile that only notifies", () => {
  it("sends nothing now and hands the outbox a request without credentials", async () => {
    const { sent, queued, result, record } = await run({
      input: ["email"],
      claims: { email: "ida@contoso.example", objectId: "o-1" },
      account: { objectId: "o-1", identities: [], accountEnabled: true, attributes: {} },
    });
    expect(sent).toEqual([]);
    expect(result).toEqual({ kind: "values", values: {} });
    expect(queued).toMatchObject([
      {
        policyId: "B2C_1_signup",
        technicalProfile: "PreUserWriteRestful",
        origin: "https://login.example",
        step: 4,
      },
    ]);
    expect(JSON.parse(queued[0]?.request.body ?? "")).toMatchObject({
      email: "ida@contoso.example",
      objectId: "o-1",
    });
    expect(JSON.stringify(queued)).not.toMatch(/authorization|s3cr/i);
    expect(record).toMatchObject({ decision: "queued", attempts: [] });
  });

  it("hands the same request over under the same id, and another one under another", async () => {
    const id = async (city: string) => (await run({ input: ["city"], claims: { city } })).queued[0]?.id;
    expect(await id("Lund")).toBe(await id("Lund"));
    expect(await id("Lund")).not.toBe(await id("Malmö"));
  });

  it("fails where it could never be delivered: anonymously in production, or too large", async () => {
    const anonymous = await run({ metadata: { ...metadata, AuthenticationType: "None" } });
    expect([anonymous.queued, anonymous.result]).toMatchObject([[], { code: "AADB2C90258" }]);
    const huge = await run({ input: ["displayName"], claims: { displayName: "x".repeat(300_000) } });
    expect([huge.queued, huge.result.kind]).toEqual([[], "systemError"]);
  });

  it("cannot take its token from a claim, which nobody keeps until then", async () => {
    const bearer = { ...metadata, AuthenticationType: "Bearer", UseClaimAsBearerToken: "bearerToken" };
    await expect(run({ metadata: bearer })).rejects.toThrow("goes out later");
  });
});
