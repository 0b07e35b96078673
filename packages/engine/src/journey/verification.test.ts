import { beforeEach, expect, it } from "vitest";
import { JourneyBrowser } from "../testing/browser.ts";
import { type MemoryPorts, memoryPorts } from "../testing/memory-ports.ts";
import { samplePolicy } from "../testing/sample-policy.ts";

let ports: MemoryPorts;
beforeEach(() => {
  ports = memoryPorts();
});

async function atSignUpPage(): Promise<JourneyBrowser> {
  const browser = new JourneyBrowser(samplePolicy(), ports);
  await browser.start();
  await browser.send({ kind: "signUpChosen" });
  return browser;
}

const send = (browser: JourneyBrowser, address: string) =>
  browser.send({ kind: "verification", claimId: "email", address, action: "send" });

it("one journey asks for no more than fifteen codes, whoever they are for", async () => {
  const browser = await atSignUpPage();
  for (let number = 0; number < 15; number += 1)
    expect(await send(browser, `p${number}@contoso.example`)).toEqual({ kind: "verification", result: 0 });
  expect(await send(browser, "p99@contoso.example")).toEqual({ kind: "verification", result: 2 });
  // Going back to the choice of provider gives no new codes.
  await browser.send({ kind: "signUpChosen" });
  expect(await send(browser, "p99@contoso.example")).toEqual({ kind: "verification", result: 2 });
});

it("the last code that was sent still proves its address", async () => {
  const browser = await atSignUpPage();
  for (let number = 0; number < 16; number += 1) await send(browser, "nora@contoso.example");
  const event = { kind: "verification", claimId: "email", address: "nora@contoso.example" } as const;
  expect(await browser.send({ ...event, action: "verify", code: "123456" })).toEqual({
    kind: "verification",
    result: 0,
  });
});
