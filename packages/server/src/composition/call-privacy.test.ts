import type { CallRecord } from "@vestibule/engine";
import { expect, it } from "vitest";
import { withoutValues } from "./call-privacy.ts";

it("keeps how a call ended and which claims came back, and no value of them", () => {
  const call: CallRecord = {
    id: "1",
    correlationId: "2",
    at: 0,
    policyId: "B2C_1_susi",
    step: 5,
    technicalProfile: "PreUserWriteRestful",
    request: {
      method: "POST",
      url: "https://api.example/hook/ida@contoso.example",
      template: "https://api.example/hook/{email}",
      headers: { "content-type": "application/json", "X-City": "Malmö", "x-correlation-id": "2" },
      body: '{"email":"ida@contoso.example"}',
    },
    response: {
      status: 200,
      headers: { "x-echo": "ida@contoso.example", "retry-after": "7" },
      body: '{"city":"Malmö"}',
    },
    attempts: [{ duration: 3, status: 200 }],
    duration: 3,
    decision: "continue",
    verdicts: [
      { name: "city", verdict: "used", claim: "city", value: "Malmö" },
      { name: "foo", verdict: "ignored", reason: "unknown" },
    ],
    warnings: [],
  };
  const kept = withoutValues(call);
  expect(JSON.stringify(kept)).not.toMatch(/ida@|Malmö/);
  expect(kept).toMatchObject({
    request: {
      url: "https://api.example/hook/{email}",
      headers: { "content-type": "application/json", "X-City": "******", "x-correlation-id": "2" },
    },
    response: { status: 200, headers: { "x-echo": "******", "retry-after": "7" } },
    decision: "continue",
    verdicts: [
      { name: "city", verdict: "used" },
      { name: "foo", verdict: "ignored" },
    ],
  });
});
