import type { CallRecord } from "@vestibule/engine";
import { expect, it, vi } from "vitest";
import type { Tenant } from "../tenant/tenant.ts";
import { logFailedCall } from "./call-log.ts";

const tenant = { defaultDomain: "contoso.onmicrosoft.com" } as unknown as Tenant;
const failed: CallRecord = {
  id: "c",
  correlationId: "journey-1",
  at: 5,
  policyId: "B2C_1A_susi",
  step: 3,
  technicalProfile: "REST-Check",
  request: {
    method: "GET",
    url: "https://api.example/of/ida@contoso.example",
    template: "https://api.example/of/{email}",
    headers: { authorization: "******" },
    body: "ida@contoso.example",
  },
  failure: { kind: "timeout", detail: "No answer came within 5000 ms." },
  attempts: [{ duration: 5000, failure: "timeout" }],
  duration: 5001,
  decision: "fail",
  verdicts: [],
  warnings: ["tries-exhausted"],
};

it("a call that failed is one line under its correlation id, without a person's values", () => {
  const warn = vi.fn();
  logFailedCall({ warn }, tenant, failed);
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({
      correlationId: "journey-1",
      tenant: "contoso.onmicrosoft.com",
      policyId: "B2C_1A_susi",
      technicalProfile: "REST-Check",
      url: "https://api.example/of/{email}",
      failure: "timeout",
      detail: "No answer came within 5000 ms.",
      tries: 1,
      decision: "fail",
      code: "AADB2C90162",
    }),
    "a REST API failed",
  );
  expect(JSON.stringify(warn.mock.calls)).not.toContain("ida@");
});

it("is written where the journey went on all the same, and not for an answer that corrects or blocks", () => {
  const warn = vi.fn();
  logFailedCall({ warn }, tenant, { ...failed, decision: "continue" });
  const { failure: _failure, ...corrected } = { ...failed, decision: "page" };
  logFailedCall({ warn }, tenant, corrected);
  expect(warn.mock.calls).toMatchObject([[{ decision: "continue" }, "a REST API failed"]]);
});
