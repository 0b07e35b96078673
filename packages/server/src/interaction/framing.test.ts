import { expect, it } from "vitest";
import type { TenantPolicy } from "../tenant/tenant.ts";
import { framingOf } from "./framing.ts";

const policy = (enabled: boolean, ...sources: string[]) =>
  ({
    program: { policy: { relyingParty: { behaviors: { journeyFraming: { enabled, sources } } } } },
  }) as unknown as TenantPolicy;
const denied = { ancestors: "frame-ancestors 'none'", options: "DENY" };

it("lets the origins of JourneyFraming show a page in a frame, and nobody else", () => {
  expect(framingOf(policy(true, "https://app.example", "https://*.contoso.example:8443/"))).toEqual({
    ancestors: "frame-ancestors https://app.example https://*.contoso.example:8443/",
    options: "ALLOW-FROM https://app.example",
  });
  expect(framingOf(policy(false, "https://app.example"))).toEqual(denied);
  expect(framingOf(policy(true))).toEqual(denied);
  expect(framingOf(undefined)).toEqual(denied);
});

it.each([
  "*",
  "https://*",
  "https:",
  "'self'",
  "https://a.example;script-src *",
  "https://a.example b",
  "data:",
])("takes no source like %s", (source) => {
  expect(framingOf(policy(true, source))).toEqual(denied);
});
