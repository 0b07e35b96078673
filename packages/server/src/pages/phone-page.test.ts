import type { PageModel, PagePhone } from "@vestibule/engine";
import { defaultTreeAdapter as adapter, parse, type DefaultTreeAdapterTypes as Tree } from "parse5";
import { describe, expect, it } from "vitest";
import { sampleView, selectionModel } from "./pages.fixture.ts";
import { createPageRenderer } from "./renderer.tsx";

const renderer = createPageRenderer({ now: () => Date.UTC(2026, 10, 22) });

const onFile: PagePhone = {
  numbers: [{ id: 1, masked: "XXX-XXX-7061" }],
  mode: "mixed",
  stage: "choose",
  countries: [],
  countryPlaceholder: "",
  typed: {},
};

function phoneModel(phone: Partial<PagePhone> = {}, more: Partial<PageModel> = {}): PageModel {
  return {
    ...selectionModel,
    api: "Phonefactor",
    contentDefinition: {
      ...selectionModel.contentDefinition,
      id: "api.phonefactor",
      contract: "multifactor",
      version: "1.2.5",
    },
    content: {},
    config: { authenticationMode: "mixed", retryLimit: "3" },
    providers: [],
    phone: { ...onFile, ...phone },
    ...more,
  };
}

const attr = (element: Tree.Element, name: string) => element.attrs.find((one) => one.name === name)?.value;
function* below(node: Tree.ParentNode): Generator<Tree.Element> {
  for (const child of node.childNodes) {
    if (!adapter.isElementNode(child)) continue;
    yield child;
    yield* below(child);
  }
}
const draw = (model: PageModel) => {
  const { html } = renderer.page(sampleView(model));
  const elements = [...below(parse(html))];
  const byId = (id: string) => elements.filter((element) => attr(element, "id") === id);
  const name = (element: Tree.Element) =>
    `${element.tagName}${attr(element, "id") ? `#${attr(element, "id")}` : ""}${attr(element, "class") ? `.${attr(element, "class")?.replaceAll(" ", ".")}` : ""}`;
  const children = (element: Tree.Element | undefined) =>
    (element?.childNodes ?? []).filter((node) => adapter.isElementNode(node)).map(name);
  const hidden = (id: string) => byId(id).map((element) => attr(element, "aria-hidden"));
  return { html, elements, byId, children, hidden };
};

describe("the page that proves a phone", () => {
  it("has B2C's elements in B2C's order", () => {
    const { byId, children } = draw(phoneModel());
    const [api] = byId("api");
    expect(api && attr(api, "data-name")).toBe("Phonefactor");
    expect(children(api)).toEqual([
      "div.heading",
      "div#phonefactor_initial",
      "div#codeVerification",
      "div.dialing-modal",
      "form#phoneFactorForm",
    ]);
    expect(children(byId("phonefactor_initial")[0])).toEqual([
      "div.intro",
      "div#errorMessage.errorText.error.pageLevel",
      "div#phoneNumbers.phoneNumbers",
      "div.buttons",
    ]);
    expect(children(byId("codeVerification")[0])).toEqual([
      "div.actionLabel",
      "div.error.itemLevel",
      "input#verificationCode",
      "div.buttons",
    ]);
  });

  it("says the masked numbers and nothing else of them in its data, on a line of its own", () => {
    const several = phoneModel({
      numbers: [...onFile.numbers, { id: 2, masked: "XXX-XXX-0100" }],
      sentToId: 2,
    });
    const { html, byId } = draw(several);
    expect(html).toMatch(
      /^var UV_PHONE = \{"PhoneNumbers":\[\{"Id":1,"MaskedNumber":"XXX-XXX-7061"\},\{"Id":2,"MaskedNumber":"XXX-XXX-0100"\}\]\};$/m,
    );
    expect(html).toContain('"api":"Phonefactor"');
    expect(byId("2").map((radio) => radio.attrs.some((one) => one.name === "checked"))).toEqual([true]);
    expect(draw(phoneModel({ numbers: [] })).html).toMatch(/^var UV_PHONE = \{"PhoneNumbers":\[\]\};$/m);
  });

  it("asks for country and number where none is on file, the person's country chosen", () => {
    const countries = [
      { iso: "CA", name: "Canada", callingCode: "+1" },
      { iso: "NO", name: "Norway", callingCode: "+47" },
      { iso: "US", name: "United <States>", callingCode: "+1" },
    ];
    const language = { lang: "en", country: "US" };
    const { byId, elements } = draw(phoneModel({ numbers: [], countries }, { language }));
    expect(byId("number").map((input) => attr(input, "autocomplete"))).toEqual(["tel-national"]);
    const chosen = elements.filter(
      ({ tagName, attrs }) => tagName === "option" && attrs.some((one) => one.name === "selected"),
    );
    expect(chosen.map((option) => attr(option, "value"))).toEqual(["+1"]);
    expect(chosen.map(({ childNodes }) => childNodes.map((node) => "value" in node && node.value))).toEqual([
      ["United <States> (+1)"],
    ]);
  });

  it.each([
    ["choose", ["false", "true"]],
    ["code", ["true", "false"]],
    ["call", ["true", "true"]],
  ] as const)("shows one stage, with one button to cancel that carries the id: %s", (stage, shown) => {
    const { byId, hidden } = draw(phoneModel({ stage, sentTo: "XXX-XXX-7061" }));
    expect([...hidden("phonefactor_initial"), ...hidden("codeVerification")]).toEqual(shown);
    expect(byId("cancel")).toHaveLength(1);
  });

  it("offers the ways that the policy allows", () => {
    const styles = (mode: PagePhone["mode"]) => {
      const { byId } = draw(phoneModel({ mode }));
      return ["sendCode", "verifyPhone"].map((id) => byId(id).map((button) => attr(button, "style")));
    };
    expect(styles("mixed")).toEqual([[undefined], [undefined]]);
    expect(styles("sms")).toEqual([[undefined], ["display:none"]]);
    expect(styles("phone")).toEqual([["display:none"], [undefined]]);
  });

  it("shows what went wrong where the person is", () => {
    const problem = { message: "No <b>luck</b>.", fields: {} };
    const { byId, html } = draw(phoneModel({ stage: "code" }, { problem }));
    expect(byId("verificationCode").map((input) => attr(input, "aria-invalid"))).toEqual(["true"]);
    expect(html).toContain("No &lt;b>luck&lt;/b>.");
    expect(byId("errorMessage").map((element) => attr(element, "aria-hidden"))).toEqual(["true"]);
  });
});
