import type { PageControl, PageModel } from "@vestibule/engine";
import { defaultTreeAdapter as adapter, parse, type DefaultTreeAdapterTypes as Tree } from "parse5";
import { describe, expect, it } from "vitest";
import { sampleField, sampleView, signUpModel } from "../pages.fixture.ts";
import { createPageRenderer } from "../renderer.tsx";

const renderer = createPageRenderer({ now: () => Date.UTC(2026, 10, 22) });
const id = "emailVerificationControl";

/** A page with a name before the control and a city after it. */
function pageWith(
  control: Partial<PageControl> & { readonly proof: NonNullable<PageControl["proof"]> },
): PageModel {
  return {
    ...signUpModel,
    contentDefinition: { ...signUpModel.contentDefinition, version: "2.1.7" },
    fields: [
      sampleField("displayName", "Display Name"),
      { ...sampleField("email", "Email Address"), control: { id, code: false } },
      {
        ...sampleField("verificationCode", "Code"),
        control: { id, claimType: "VerificationCode", code: true },
      },
      sampleField("city", "City"),
    ],
    controls: [
      {
        id,
        type: "VerificationControl",
        position: 1,
        displayName: "",
        content: {
          intro_msg: "Prove it.",
          success_send_code_msg: "It is <sent>.",
          success_verify_code_msg: "It is yours.",
          but_send_code: "Send",
          but_verify_code: "Verify",
          but_send_new_code: "Again",
          but_change_claims: "Change",
        },
        ...control,
      },
    ],
  };
}

const proof = (state: "initial" | "sent" | "verified") => ({
  state,
  begin: "SendCode",
  complete: "VerifyCode",
});

function* below(node: Tree.ParentNode): Generator<Tree.Element> {
  for (const child of node.childNodes) {
    if (!adapter.isElementNode(child)) continue;
    yield child;
    yield* below(child);
  }
}
const attr = (element: Tree.Element, name: string) => element.attrs.find((one) => one.name === name)?.value;
const name = (element: Tree.Element) =>
  [
    element.tagName,
    attr(element, "id") && `#${attr(element, "id")}`,
    attr(element, "class")?.replace(/^|\s+/g, "."),
  ]
    .filter(Boolean)
    .join("");

/** The page in a tenant's template: the contract's elements, without what our own look adds. */
function draw(model: PageModel) {
  const template = {
    html: '<html><body><div id="api"></div></body></html>',
    url: "https://cdn.example/page.html",
  };
  const document = parse(renderer.page({ ...sampleView(model), template }).html);
  const all = [...below(document)];
  const find = (wanted: string) => all.find((element) => attr(element, "id") === wanted);
  return {
    all,
    find,
    names: (element: Tree.Element | undefined) =>
      (element?.childNodes ?? []).filter((node) => adapter.isElementNode(node)).map(name),
    shown: (wanted: string) => {
      const element = find(wanted);
      return element && [attr(element, "aria-hidden"), attr(element, "style")].join(" ");
    },
  };
}

const visible = "false display:block";
const invisible = "true display:none";

describe("a verification control in its page", () => {
  it("stands among the fields and has its parts in B2C's order", () => {
    const page = draw(pageWith({ proof: proof("initial") }));
    const list = page.all.find((element) => attr(element, "id") === "attributeList");
    expect(page.names(list?.childNodes.find((node) => adapter.isElementNode(node)))).toEqual([
      "li.TextBox",
      `li.VerificationControl.${id}_li`,
      "li.TextBox",
    ]);
    expect(page.names(page.find(id))).toEqual([
      "div.verificationInfoText",
      "div.verificationSuccessText",
      "div.verificationErrorText.error",
      "ul",
      "div.working",
      "div.buttons",
    ]);
    expect(page.all.filter(({ tagName }) => tagName === "button").map(name)).toEqual(
      [
        `button#${id}_but_send_code.sendCode`,
        `button#${id}_but_verify_code.verifyCode`,
        `button#${id}_but_send_new_code.sendNewCode`,
        `button#${id}_but_change_claims.changeClaims`,
        "button#continue",
        "button#cancel",
      ].flatMap((each, index) => (index === 0 ? ["button", each] : [each])),
    );
    expect(
      page.all.filter((element) => attr(element, "class") === "TextBox verificationCode_li VerificationCode"),
    ).toHaveLength(1);
  });

  it.each([
    ["initial", [visible, invisible, invisible], ["send_code"], false],
    ["sent", [visible, invisible, invisible], ["verify_code", "send_new_code"], true],
    ["verified", [invisible, visible, invisible], ["change_claims"], true],
  ] as const)("shows in the state %s what belongs to it", (state, messages, buttons, locked) => {
    const page = draw(pageWith({ proof: proof(state) }));
    expect(["info", "success", "error"].map((kind) => page.shown(`${id}_${kind}_message`))).toEqual(messages);
    const shownButtons = ["send_code", "verify_code", "send_new_code", "change_claims"].filter(
      (button) => page.shown(`${id}_but_${button}`) === "false display:inline",
    );
    expect(shownButtons).toEqual(buttons);
    const input = page.find("email");
    expect(input && attr(input, "disabled")).toBe(locked ? "" : undefined);
    const next = page.find("continue");
    expect(next && attr(next, "aria-disabled")).toBe(state === "verified" ? "false" : "true");
  });

  it("shows its error alone, as text, and the sentence at the field", () => {
    const problem = { message: "<b>No</b>", fields: { email: "Write it anew." } };
    const page = draw(pageWith({ proof: proof("initial"), problem }));
    expect(["info", "success", "error"].map((kind) => page.shown(`${id}_${kind}_message`))).toEqual([
      invisible,
      invisible,
      visible,
    ]);
    const error = page.find(`${id}_error_message`);
    expect(error?.childNodes.map((node) => ("value" in node ? node.value : node.nodeName))).toEqual([
      "<b>No</b>",
    ]);
    const sentences = page.all
      .filter(
        (element) => attr(element, "class") === "error itemLevel" && attr(element, "aria-hidden") === "false",
      )
      .map((element) =>
        [...below(element)].flatMap(({ childNodes }) =>
          childNodes.map((node) => "value" in node && node.value),
        ),
      );
    expect(sentences).toEqual([["Write it anew."]]);
  });

  it("lets Enter do what comes next where no script runs", () => {
    const first = (state: "initial" | "sent" | "verified") =>
      draw(pageWith({ proof: proof(state) })).all.find(({ tagName }) => tagName === "button");
    const action = (state: "initial" | "sent" | "verified") => {
      const button = first(state);
      return button && attr(button, "value");
    };
    expect([action("initial"), action("sent"), action("verified")]).toEqual([
      `send:${id}`,
      `verify:${id}`,
      undefined,
    ]);
  });
});
