import { describe, expect, it } from "vitest";
import type { PageView } from "./contract.ts";
import { keepPages } from "./page-cache.ts";
import {
  blockModel,
  detailsModel,
  sampleView,
  selectionModel,
  signInModel,
  signUpModel,
} from "./pages.fixture.ts";
import { renderPage } from "./renderer.tsx";

const year = 2026;

/** Another visit to the same page. */
function visit(view: PageView, number: number): PageView {
  const id = (letter: string) => `${letter.repeat(8)}-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const csrf = Buffer.from(`proof of ${number}${"x".repeat(number % 3)}`).toString("base64");
  return {
    ...view,
    csrf,
    transId: `StateProperties=${Buffer.from(JSON.stringify({ TID: id("a") })).toString("base64url")}`,
    correlationId: id("a"),
    pageViewId: id("b"),
    nonce: Buffer.from(`nonce ${number}`).toString("base64url"),
  };
}

function counting() {
  let drawn = 0;
  const draw = keepPages((view, at) => {
    drawn += 1;
    return renderPage(view, at, undefined);
  });
  return { draw, drawn: () => drawn };
}

const template = {
  html: '<html><head><title>T</title></head><body><div id="api"></div></body></html>',
  url: "https://a.example",
};

describe("pages that are kept", () => {
  const models = { signInModel, signUpModel, detailsModel, selectionModel, blockModel };
  for (const [name, model] of Object.entries(models)) {
    for (const [look, more] of Object.entries({ "our look": {}, "a template": { template } })) {
      it(`have the same bytes as when they are drawn anew: ${name} in ${look}`, () => {
        const { draw } = counting();
        for (const number of [1, 2, 3, 4, 5]) {
          const view = visit(sampleView(model, more), number);
          expect(draw(view, year)).toEqual(renderPage(view, year, undefined));
        }
      });
    }
  }

  it("are drawn once for each step, host, policy, template and year", () => {
    const { draw, drawn } = counting();
    const view = sampleView(signInModel, { template });
    const others: PageView[] = [
      view,
      { ...view, origin: "https://login.example.org" },
      { ...view, policyId: "B2C_1_other" },
      { ...view, base: "/other/B2C_1_signin" },
      { ...view, organisation: "Another" },
      { ...view, model: { ...view.model, step: 2 } },
      { ...view, template: { ...template, html: `${template.html}<!-- new -->` } },
    ];
    for (const [index, other] of others.entries()) {
      draw(visit(other, 3), year);
      expect(drawn()).toBe(index + 1);
      draw(visit(other, 6), year);
      expect(drawn()).toBe(index + 1);
    }
    draw(visit(view, 3), year + 1);
    expect(drawn()).toBe(others.length + 1);
  });

  it("hold nothing that was typed or is known of a person", () => {
    const { draw, drawn } = counting();
    const [field, ...rest] = signInModel.fields;
    if (field === undefined) throw new Error("the sample has a field");
    const personal: PageView["model"][] = [
      { ...signInModel, fields: [{ ...field, value: "ann@example.com" }, ...rest] },
      { ...signInModel, problem: { message: "Wrong password.", fields: {} } },
      { ...signInModel, fields: [{ ...field, verification: { state: "sent" } }, ...rest] },
      // Whatever models may hold one day.
      { ...signInModel, somethingNew: "of ann" } as PageView["model"],
    ];
    for (const [index, model] of personal.entries()) {
      draw(visit(sampleView(model), 1), year);
      draw(visit(sampleView(model), 4), year);
      expect(drawn()).toBe(2 * (index + 1));
    }
  });

  it("are drawn anew where a value of the visit might need an escape", () => {
    const { draw, drawn } = counting();
    for (const more of [{ correlationId: "<b>" }, { transId: "elsewhere" }, { csrf: "a;b" }]) {
      const view = { ...visit(sampleView(signInModel), 1), ...more };
      expect(draw(view, year)).toEqual(renderPage(view, year, undefined));
    }
    expect(drawn()).toBe(3);
  });
});
