import type { CallRecord } from "@vestibule/engine";
import { expect, it } from "vitest";
import type { Tenant } from "../tenant/tenant.ts";
import { connectorAudit } from "./connector-audit.ts";

const tenant = {
  defaultDomain: "contoso.onmicrosoft.com",
  connectors: [
    { id: "two", displayName: "Loyalty", targetUrl: "https://api.example/x?code=k", authentication: "basic" },
  ],
} as unknown as Tenant;

const call: CallRecord = {
  id: "c",
  correlationId: "j",
  at: 5,
  policyId: "B2C_1_susi",
  step: 2,
  technicalProfile: "PreUserWriteRestful",
  connectorStep: "PostAttributeCollection",
  connectorId: "two",
  request: { method: "POST", url: "https://api.example/x", headers: { authorization: "******" }, body: "{}" },
  attempts: [
    { duration: 3, failure: "reset" },
    { duration: 4, status: 401 },
  ],
  duration: 7,
  response: { status: 401, headers: {}, body: "no" },
  failure: { kind: "answer", detail: "The API answered HTTP 401 (Unauthorized)." },
  decision: "fail",
  verdicts: [],
  warnings: [],
};

it("one row tells who was asked, how often, and what came of it, without body or credential", () => {
  const row = connectorAudit(tenant, call);
  expect(row).toMatchObject({
    category: "Authentication",
    activity: "An API was called as part of a user flow",
    result: "failure",
    reason: "HTTP 401",
    correlationId: "j",
    details: {
      connectorDisplayName: "Loyalty",
      step: "PostAttributeCollection",
      targetHost: "api.example",
      httpStatus: 401,
      numberOfAttempts: 2,
      durationInMilliseconds: 7,
    },
  });
  expect(JSON.stringify(row)).not.toMatch(/authorization|"body"|code=/);
});

it("an answer that blocks is a success of the call, and a profile of a custom policy leaves no row", () => {
  const { failure: _failure, ...answered } = call;
  expect(connectorAudit(tenant, { ...answered, decision: "block" })).toMatchObject({ result: "success" });
  const { connectorStep: _step, ...restful } = call;
  expect(connectorAudit(tenant, restful)).toBeUndefined();
});
