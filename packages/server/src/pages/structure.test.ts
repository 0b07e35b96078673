import type { PageModel } from "@vestibule/engine";
import { defaultTreeAdapter as adapter, parse, type DefaultTreeAdapterTypes as Tree } from "parse5";
import { describe, expect, it } from "vitest";
import { nativeDates } from "./native-dates.ts";
import {
  blockModel,
  detailsModel,
  sampleError,
  sampleField,
  sampleSignedOut,
  sampleView,
  selectionModel,
  signInModel,
  signUpModel,
} from "./pages.fixture.ts";
import { createPageRenderer } from "./renderer.tsx";

const renderer = createPageRenderer({ now: () => Date.UTC(2026, 10, 22) });

function* below(node: Tree.ParentNode): Generator<Tree.Element> {
  for (const child of node.childNodes) {
    if (!adapter.isElementNode(child)) continue;
    yield child;
    yield* below(child);
  }
}
const documentOf = (model: PageModel) => parse(renderer.page(sampleView(model)).html);
const attr = (element: Tree.Element, name: string) => element.attrs.find((one) => one.name === name)?.value;
const byId = (document: Tree.Document, id: string) =>
  [...below(document)].find((element) => attr(element, "id") === id);
const children = (element: Tree.Element | undefined) =>
  (element?.childNodes ?? []).filter((node) => adapter.isElementNode(node));

/** `div.entry-item`, `button#next`: our own classes (`vb-…`) are left out, as are hidden inputs. */
function name(element: Tree.Element): string {
  const id = attr(element, "id");
  const classes = (attr(element, "class") ?? "")
    .split(" ")
    .filter((one) => one !== "" && !one.startsWith("vb-"));
  return `${element.tagName}${id === undefined ? "" : `#${id}`}${classes.map((one) => `.${one}`).join("")}`;
}
const names = (element: Tree.Element | undefined) =>
  children(element)
    .filter((child) => attr(child, "type") !== "hidden")
    .map(name);

const classic = (model: PageModel): PageModel => ({
  ...model,
  contentDefinition: { ...model.contentDefinition, loadUri: "~/tenant/default/unified.cshtml" },
});

describe("the combined page", () => {
  it("has its parts in the order of the ocean blue flavour", () => {
    const document = documentOf(signInModel);
    const api = byId(document, "api");
    expect(api && attr(api, "data-name")).toBe("Unified");
    expect(names(api)).toEqual([
      "div.heading",
      "form#localAccountForm.localAccount",
      "div.divider",
      "div.claims-provider-list-buttons.social",
      "form#b2cNav",
    ]);
  });

  it("has its parts in the order of the classic flavour, with labels", () => {
    const document = documentOf(classic(signInModel));
    expect(names(byId(document, "api"))).toEqual([
      "div.heading",
      "div.claims-provider-list-buttons.social",
      "div.divider",
      "form#localAccountForm.localAccount",
      "form#b2cNav",
    ]);
    const [identifier] = [...below(document)].filter((element) => attr(element, "class") === "entry-item");
    expect(names(identifier)).toEqual(["label", "div.error.itemLevel", "input#signInName"]);
  });

  it("has the form's parts in B2C's order", () => {
    const document = documentOf(signInModel);
    const form = byId(document, "localAccountForm");
    expect(names(form)).toEqual([
      "div.intro",
      "div.error.pageLevel",
      "div.entry",
      "div.divider",
      "div.create",
    ]);
    const entry = children(form).find((child) => attr(child, "class") === "entry");
    expect(names(entry)).toEqual([
      "div.entry-item",
      "div.entry-item",
      "div.working",
      "div.rememberMe",
      "div.buttons",
    ]);
    expect(children(entry).slice(0, 2).map(names)).toEqual([
      ["div.error.itemLevel", "input#signInName"],
      ["div.password-label", "div.error.itemLevel", "input#password"],
    ]);
    const next = byId(document, "next");
    expect([next && attr(next, "type"), next && attr(next, "form")]).toEqual(["submit", "localAccountForm"]);
  });

  it("names inputs by what they are called and tells password managers what they are", () => {
    const document = documentOf(signInModel);
    const identifier = byId(document, "signInName");
    const password = byId(document, "password");
    expect(identifier && [attr(identifier, "name"), attr(identifier, "autocomplete")]).toEqual([
      "Email Address",
      "username",
    ]);
    expect(password && [attr(password, "name"), attr(password, "autocomplete")]).toEqual([
      "Password",
      "current-password",
    ]);
  });

  it.each([
    ["AfterLabel", "password-label"],
    ["AfterInput", "entry-item"],
    ["AfterButtons", "entry"],
    [undefined, "forgot-password center-height"],
  ])("places the forgot link %s", (location, parent) => {
    const config = location === undefined ? {} : { forgotPasswordLinkLocation: location };
    const link = byId(documentOf({ ...signInModel, config }), "forgotPassword");
    expect(link?.parentNode && "attrs" in link.parentNode && attr(link.parentNode, "class")).toBe(parent);
  });

  it("leaves the forgot link out for None, and sends it to the override's exchange", () => {
    const none = documentOf({ ...signInModel, config: { forgotPasswordLinkLocation: "None" } });
    expect(byId(none, "forgotPassword")).toBeUndefined();
    const override = documentOf({ ...signInModel, config: { forgotPasswordLinkOverride: "GoogleExchange" } });
    const link = byId(override, "forgotPassword");
    expect(link && attr(link, "href")).toContain("/unified?claimsexchange=GoogleExchange&csrf_token=");
    expect(byId(override, "GoogleExchange")).toBeUndefined();
  });

  it("draws exchanges of the bottom lists as links, not as buttons", () => {
    const config = {
      bottomClaimsProviderSelections: "GoogleExchange",
      bottomUnderFormClaimsProviderSelections: "MicrosoftExchange",
    };
    const document = documentOf({ ...signInModel, config });
    expect(name(byId(document, "GoogleExchange") as Tree.Element)).toBe("a#GoogleExchange.text-link");
    expect(names(byId(document, "api"))).toContain("div.claims-provider-list-text-links-bottom-under-form");
  });

  it("has a heading level only up to layout 2.1.9", () => {
    const old = { ...signInModel, contentDefinition: { ...signInModel.contentDefinition, version: "2.1.9" } };
    expect(renderer.page(sampleView(old)).html).toContain('<h2 aria-level="1">');
    expect(renderer.page(sampleView(signInModel)).html).not.toContain("<h2 aria-level");
  });

  it("shows a refused submission in B2C's places, with what was typed", () => {
    const [identifier, password] = signInModel.fields;
    const fields = [
      { ...(identifier ?? sampleField("a", "b")), value: "ada@x.example" },
      password ?? sampleField("a", "b"),
    ];
    const problem = { message: "Your password is incorrect.", fields: {} };
    const document = documentOf({ ...signInModel, fields, problem });
    const error = [...below(document)].find((element) => attr(element, "class") === "error pageLevel");
    expect(error && [attr(error, "aria-hidden"), attr(error, "style"), attr(error, "role")]).toEqual([
      "false",
      "display:block",
      "alert",
    ]);
    const input = byId(document, "signInName");
    expect(input && attr(input, "value")).toBe("ada@x.example");
  });
});

describe("the self-asserted page", () => {
  it("has its parts in B2C's order", () => {
    const document = documentOf(signUpModel);
    expect(names(byId(document, "api"))).toEqual([
      "div.heading",
      "div.buttons",
      "div.intro",
      "form#attributeVerification",
      "div.verifying-modal",
    ]);
    expect(names(byId(document, "attributeVerification"))).toEqual([
      "div#passwordEntryMismatch.error.pageLevel",
      "div#requiredFieldMissing.error.pageLevel",
      "div#fieldIncorrect.error.pageLevel",
      "div#claimVerificationServerError.error.pageLevel",
      "div#attributeList.attr",
      "div.buttons",
    ]);
    const list = children(byId(document, "attributeList"))[0];
    expect(names(list)).toEqual(["li.EmailBox", "li.Password", "li.Password", "li.TextBox", "li.TextBox"]);
    const last = children(children(list)[4])[0];
    expect(last && names(last).slice(0, 4)).toEqual([
      "label#extension_LoyaltyNumber_label",
      "div#extension_LoyaltyNumber_error.error.itemLevel",
      "input#extension_LoyaltyNumber.textInput",
      "a.helpLink.tiny",
    ]);
  });

  it("has the classic verification's parts in B2C's order, in their first state", () => {
    const document = documentOf(signUpModel);
    const entry = byId(document, "email")?.parentNode as Tree.Element;
    expect(names(entry).slice(0, 13)).toEqual([
      "div#email_intro.verificationInfoText",
      "div#email_info.verificationInfoText",
      "div#email_success.verificationSuccessText",
      ...[
        "fail_retry",
        "fail_no_retry",
        "fail_throttled",
        "fail_code_expired",
        "fail_server",
        "incorrect_format",
      ].map((suffix) => `div#email_${suffix}.verificationErrorText.error`),
      "label#email_label.required",
      "div#email_error.error.itemLevel",
      "input#email.textInput",
      "a.helpLink.tiny",
    ]);
    const buttons = [...below(entry)].filter(({ tagName }) => tagName === "button");
    expect(buttons.map((button) => [name(button), attr(button, "value"), attr(button, "style")])).toEqual([
      ["button#email_ver_but_send.sendButton", "send:email", "display:inline"],
      ["button#email_ver_but_verify.verifyButton", "verify:email", "display:none"],
      ["button#email_ver_but_resend.sendButton", "send:email", "display:none"],
      ["button#email_ver_but_edit.editButton", "change:email", "display:none"],
      ["button#email_ver_but_default.defaultButton", "send:email", "display:none"],
    ]);
    const next = byId(document, "continue");
    expect(next && attr(next, "aria-disabled")).toBe("true");
  });

  it("locks a proved address and keeps it in the form", () => {
    const fields = signUpModel.fields.map((field) =>
      field.id === "email"
        ? { ...field, verification: { state: "verified", address: "ada@x.example" } as const }
        : field,
    );
    const document = documentOf({ ...signUpModel, fields });
    const input = byId(document, "email");
    expect(input && [attr(input, "value"), attr(input, "disabled")]).toEqual(["ada@x.example", ""]);
    const copies = [...below(document)].filter(
      (one) => attr(one, "type") === "hidden" && attr(one, "name") === "email",
    );
    expect(copies.map((copy) => attr(copy, "value"))).toEqual(["ada@x.example"]);
    const next = byId(document, "continue");
    expect(next && attr(next, "aria-disabled")).toBe("false");
  });

  it("draws every input type with its ids", () => {
    const document = documentOf(detailsModel);
    const shapes = [
      ["terms", "p#terms.textInParagraph"],
      ["customerNumber", "input#customerNumber.textInput"],
      ["country", "select#country.dropdown_single"],
      ["extension_Size_Small", "input#extension_Size_Small"],
      ["extension_Interests_Music", "input#extension_Interests_Music"],
      ["dateOfBirth", "div#dateOfBirth.date"],
      ["dateOfBirth_day", "select#dateOfBirth_day.day"],
      ["dateOfBirth_month", "select#dateOfBirth_month.month"],
      ["dateOfBirth_year", "select#dateOfBirth_year.year"],
    ];
    for (const [id, shape] of shapes) {
      const element = byId(document, id ?? "");
      expect(element && name(element)).toBe(shape);
    }
    expect(children([...below(document)].find(({ tagName }) => tagName === "ul")).map(name)).toContain(
      "li.DropdownSingleSelect.country_li",
    );
  });

  it("brings up the keys that a claim's type asks for", () => {
    const fields = ["phoneNumber", "int", "long", "string"].map((dataType) =>
      sampleField(`a_${dataType}`, dataType, { dataType: dataType as "string" }),
    );
    const document = documentOf({ ...detailsModel, fields });
    const modes = fields.map(({ id }) => attr(byId(document, id) as Tree.Element, "inputmode"));
    expect(modes).toEqual(["tel", "numeric", "numeric", undefined]);
  });

  it("lets the other fields wait for the verification from layout 2.1.18 on", () => {
    const at = (version: string) => {
      const contentDefinition = { ...signUpModel.contentDefinition, version };
      const input = byId(documentOf({ ...signUpModel, contentDefinition }), "displayName");
      return input && attr(input, "disabled");
    };
    expect([at("2.1.17"), at("2.1.18")]).toEqual([undefined, ""]);
  });

  it("keeps hidden buttons in the page for scripts that press them", () => {
    const document = documentOf({
      ...signUpModel,
      config: { showContinueButton: "False", showCancelButton: "false" },
    });
    for (const id of ["continue", "cancel"]) {
      const button = byId(document, id);
      expect(button && attr(button, "style")).toBe("display:none");
    }
  });

  it("offers no way on from a block page, but an id to copy", () => {
    const { html } = renderer.page(sampleView(blockModel));
    const next = byId(parse(html), "continue");
    expect(next && [attr(next, "disabled"), attr(next, "style")]).toEqual(["", "display:none"]);
    expect(html).toContain(sampleView(blockModel).correlationId);
  });
});

describe("without scripts", () => {
  const pages = { signInModel, signUpModel, detailsModel, selectionModel };

  it.each(Object.entries(pages))("%s can be filled in and sent", (_, model) => {
    const document = documentOf(model);
    const elements = [...below(document)];
    const forms = elements.filter(({ tagName }) => tagName === "form");
    for (const form of forms)
      expect(attr(form, "action")).toMatch(/^\/contoso\.onmicrosoft\.com\/B2C_1_signup_signin\//);
    const controls = elements.filter(({ tagName }) => ["input", "select", "textarea"].includes(tagName));
    for (const control of controls) expect(attr(control, "name"), name(control)).toBeTruthy();
    const ids = new Set(forms.map((form) => attr(form, "id")));
    for (const button of elements.filter(({ tagName }) => tagName === "button")) {
      const form = attr(button, "form");
      if (form !== undefined) expect(ids).toContain(form);
      expect(attr(button, "type")).toBe("submit");
    }
    const natives = elements.filter((element) => attr(element, "name") === "_native");
    expect(natives).toHaveLength(model.api === "IdpSelections" ? 0 : 1);
    for (const link of elements.filter(
      (one) => one.tagName === "a" && attr(one, "class") !== "helpLink tiny",
    )) {
      expect(attr(link, "href")).toMatch(/^\/.*csrf_token=.*&tx=StateProperties=/);
    }
  });

  it("has no id twice and no event handler", () => {
    for (const model of [...Object.values(pages), blockModel]) {
      const elements = [...below(documentOf(model))];
      const ids = elements.flatMap((element) => attr(element, "id") ?? []);
      expect(ids).toHaveLength(new Set(ids).size);
      expect(elements.flatMap(({ attrs }) => attrs).filter((one) => one.name.startsWith("on"))).toEqual([]);
    }
  });

  it("puts the three lists of a date together", () => {
    const posted: Record<string, string> = {
      dateOfBirth_day: "3",
      dateOfBirth_month: "2",
      dateOfBirth_year: "1990",
    };
    expect(nativeDates(detailsModel.fields, (key) => posted[key])).toEqual({ dateOfBirth: "1990-02-03" });
    expect(nativeDates(detailsModel.fields, (key) => (key in posted ? "" : undefined))).toEqual({
      dateOfBirth: "",
    });
    expect(nativeDates(detailsModel.fields, () => undefined)).toEqual({});
  });
});

describe("the other pages", () => {
  it("has the error page's parts", () => {
    const document = parse(renderer.error(sampleError).html);
    expect(names(byId(document, "api"))).toEqual([
      "h1",
      "div.error-page-help",
      "div.error-page-messagedetails",
    ]);
    const api = byId(document, "api");
    expect(api && [attr(api, "class"), attr(api, "data-name")]).toEqual([
      "error-page-content",
      "GlobalException",
    ]);
    expect(names(children(api)[2])).toEqual([
      "div.error-page-correlationid",
      "div.error-page-timestamp",
      "div.error-page-detail",
      "button",
    ]);
  });

  it("leads on after sign-out, but never to a script", () => {
    const on = (continueTo: string) =>
      renderer.signedOut({
        ...sampleSignedOut,
        continueTo,
        frames: ["https://app.example/out", "javascript:alert(1)"],
      }).html;
    expect(on("https://app.example/?a=1&b=2")).toContain('content="5;url=https://app.example/?a=1&amp;b=2"');
    expect(on("https://app.example/").match(/<iframe/g)).toHaveLength(1);
    expect(on("javascript:alert(1)")).not.toContain("alert");
  });

  it("loads frames of the applications that hear of the sign-out, and of nobody else", () => {
    const frames = ["https://app.example/out", "http://localhost:9/out?a=1", "https://app.example/x"];
    const sources = (of: readonly string[]) =>
      /frame-src [^;]*/.exec(
        renderer.signedOut({ ...sampleSignedOut, frames: of }).contentSecurityPolicy.value,
      )?.[0];
    expect(sources(frames)).toBe("frame-src https://app.example http://localhost:9");
    expect(sources([])).toBeUndefined();
  });

  it("enforces a policy with a nonce and leaves forms free to lead to the application", () => {
    const { contentSecurityPolicy, html } = renderer.page(sampleView(signInModel));
    expect(contentSecurityPolicy.enforce).toBe(true);
    expect(contentSecurityPolicy.value).toContain("script-src 'self' 'nonce-bm9uY2Utbm9uY2U'");
    expect(contentSecurityPolicy.value).not.toContain("form-action");
    for (const script of html.match(/<script[^>]*>/g) ?? [])
      expect(script).toContain('nonce="bm9uY2Utbm9uY2U"');
  });

  it("writes right-to-left languages from the right", () => {
    const { html } = renderer.page(sampleView({ ...signInModel, language: { lang: "he" } }));
    expect(html).toContain('<html lang="he" dir="rtl">');
  });
});
