import type { PageModel } from "@vestibule/engine";
import { describe, expect, it } from "vitest";
import { dataScript } from "./data-script.ts";
import {
  detailsModel,
  sampleError,
  sampleField,
  sampleSignedOut,
  sampleView,
  signInModel,
  signUpModel,
} from "./pages.fixture.ts";
import { createPageRenderer } from "./renderer.tsx";

const renderer = createPageRenderer({ now: () => Date.UTC(2026, 10, 22) });
const htmlOf = (model: PageModel) => renderer.page(sampleView(model)).html;
const view = sampleView(signInModel);
const state = view.transId.slice("StateProperties=".length);

/** Values that have broken pages before: they end strings, scripts, comments, attributes and clients' expressions. */
const attacks = [
  "</script><script>window.hacked=1</script>",
  "<!--<script>",
  '"};window.hacked=1;//',
  '\\";alert(1)//',
  "line\u2028sep\u2029end",
  "};",
  "a;b",
  'StateProperties=stolen"',
  '","csrf":"stolen","transId":"StateProperties=stolen',
  '"api":"stolen"',
  "'><img src=x onerror=window.hacked=1>",
  "&lt;b&gt;&amp;",
  "\u0000\u0007\ud800",
  "{{constructor}}",
  "javascript:alert(1)",
  "ünïcode 😀",
];

function variable(html: string, name: string): Record<string, unknown> {
  const line = new RegExp(`^(?:.*<script data-container="true"[^>]*>)?var ${name} = (.*);$`, "m").exec(
    html,
  )?.[1];
  return JSON.parse(line ?? "") as Record<string, unknown>;
}

describe("the data script", () => {
  it("is cut right by the expressions of clients that are in use", () => {
    const html = htmlOf(signInModel);
    expect(/^var SETTINGS = (.*);$/m.exec(html)?.[1]).toBeDefined();
    expect(JSON.parse(/var SETTINGS = (\{.*?\});/.exec(html)?.[1] ?? "")).toMatchObject({ csrf: view.csrf });
    expect(JSON.parse(/var SETTINGS = ([^;]*)/.exec(html)?.[1] ?? "")).toMatchObject({ csrf: view.csrf });
    expect(/"csrf":"(.*?)"/.exec(html)?.[1]).toBe(view.csrf);
    expect(/"transId":"(.*?)"/.exec(html)?.[1]).toBe(view.transId);
    expect(/"api":"(.*?)"/.exec(html)?.[1]).toBe("CombinedSigninAndSignup");
    expect(/"tenant":"(.*?)"/.exec(html)?.[1]).toBe(view.base);
    expect(/"policy":"(.*?)"/.exec(html)?.[1]).toBe(view.policyId);
    expect(/(?<="csrf":").*?(?=","transId)/.exec(html)?.[0]).toBe(view.csrf);
    expect(/StateProperties=.*?(?=","pageViewId)/.exec(html)?.[0]).toBe(view.transId);
    expect(/(?<="pageViewId":").*?(?=","suppressElementCss)/.exec(html)?.[0]).toBe(view.pageViewId);
    // JMeter: greedy, on the first line that holds it.
    expect(/.*StateProperties=([^"]*)/.exec(html)?.[1]).toBe(state);
  });

  it("has each variable on a line of its own, ended by a semicolon", () => {
    const lines = htmlOf(signInModel).split("\n");
    expect(lines.find((line) => line.includes("var CP = "))).toMatch(
      /^<html lang="en"><head><link rel="icon" [^>]*><script data-container="true" nonce="[^"]*">var CP = .*;$/,
    );
    for (const name of ["SA_FIELDS", "CONTENT", "SETTINGS"]) {
      expect(lines.filter((line) => line.startsWith(`var ${name} = `) && line.endsWith(";"))).toHaveLength(1);
    }
  });

  it("keeps B2C's key order", () => {
    const html = htmlOf(signInModel);
    expect(Object.keys(variable(html, "SETTINGS"))).toEqual(
      "remoteResource retryLimit trimSpacesInPassword api csrf transId pageViewId suppressElementCss isPageViewIdSentWithHeader allowAutoFocusOnPasswordField pageMode config hosts locale xhrSettings".split(
        " ",
      ),
    );
    const [first] = variable(html, "SA_FIELDS").AttributeFields as Record<string, unknown>[];
    expect(Object.keys(first ?? {})).toEqual(
      "UX_INPUT_TYPE USER_INPUT_TYPE IS_TEXT IS_EMAIL IS_PASSWORD IS_DATE IS_RADIO IS_DROP IS_TEXT_IN_PARAGRAPH IS_CHECK_MULTI IS_LINK VERIFY DN ID U_HELP DAY_PRE MONTH_PRE YEAR_PRE IS_REQ IS_RDO OPTIONS".split(
        " ",
      ),
    );
  });

  it("is one JSON text each for every page", () => {
    for (const model of [signInModel, signUpModel, detailsModel]) {
      for (const name of ["CP", "SA_FIELDS", "CONTENT", "SETTINGS"]) {
        expect(() => variable(htmlOf(model), name)).not.toThrow();
      }
    }
  });

  it("writes texts as HTML with decimal entities", () => {
    const html = htmlOf({ ...signInModel, content: { x: 'gültige "<b>" & 😀' } });
    expect(variable(html, "CONTENT")).toEqual({ x: "g&#252;ltige &quot;&lt;b&gt;&quot; &amp; &#128512;" });
  });

  it("tells a date's parts, a selection and the rules of a password", () => {
    const fields = variable(htmlOf(detailsModel), "SA_FIELDS").AttributeFields as Record<string, unknown>[];
    const birth = fields.find(({ ID }) => ID === "dateOfBirth");
    expect(birth).toMatchObject({ IS_DATE: true, DAY_PRE: "28", MONTH_PRE: "2", YEAR_PRE: "1990" });
    const signUp = variable(htmlOf(signUpModel), "SA_FIELDS").AttributeFields as Record<string, unknown>[];
    expect(signUp[1]?.INPUT_VALIDATION).toMatchObject({
      PREDICATE_GROUPS: [
        {
          MATCH_AT_LEAST: 1,
          REJECT: false,
          PREDICATES: [{ METHOD: 3, PARAMS: [{ NAME: 1, VALUE: "8" }, { NAME: 2 }] }],
        },
        { MATCH_AT_LEAST: 3 },
      ],
    });
  });

  it("emits the exact word that scripts compare sendHintOnSignup with", () => {
    const html = htmlOf({ ...signInModel, config: { "sendHintOnSignup\t": "True" } });
    expect(variable(html, "SETTINGS").config).toEqual({ sendHintOnSignup: "true" });
  });
});

describe("hostile values", () => {
  function hostile(text: string): PageModel {
    return {
      ...signInModel,
      content: {
        ...signInModel.content,
        heading: text,
        [text]: text,
        csrf: text,
        transId: text,
        api: text,
        tenant: text,
      },
      config: { policy: text, tenant: text, [text]: text },
      fields: [
        sampleField("signInName", text, {
          value: text,
          helpText: text,
          pattern: { regularExpression: text, helpText: text },
        }),
        sampleField("password", text, { userInputType: "Password", helpText: text }),
      ],
      providers: [{ id: text, description: text, displayType: "Button", technicalProfile: text }],
      problem: { message: text, fields: { signInName: text } },
    };
  }

  it.each(attacks)("%j neither leaves the script nor misleads a client", (text) => {
    const html = htmlOf(hostile(text));
    const script = dataScript(sampleView(hostile(text)));
    expect(script).not.toMatch(/[<>\u2028\u2029]/);
    // A semicolon ends each variable and occurs nowhere else.
    expect(script.match(/;/g)).toHaveLength(4);
    expect(/"csrf":"(.*?)"/.exec(html)?.[1]).toBe(view.csrf);
    expect(/"api":"(.*?)"/.exec(html)?.[1]).toBe("CombinedSigninAndSignup");
    expect(/"tenant":"(.*?)"/.exec(html)?.[1]).toBe(view.base);
    expect(/"policy":"(.*?)"/.exec(html)?.[1]).toBe(view.policyId);
    expect(/.*StateProperties=([^"]*)/.exec(html)?.[1]).toBe(state);
    expect(variable(html, "SETTINGS")).toMatchObject({ config: { tenant: text } });
    const sa = variable(html, "SA_FIELDS").AttributeFields as Record<string, unknown>[];
    expect(sa[0]?.PRE).toBe(text);
  });

  it.each(attacks)("%j stays text in the document", (text) => {
    const models = [
      hostile(text),
      {
        ...signUpModel,
        content: { ...signUpModel.content, heading: text, ver_intro_msg: text, button_continue: text },
        problem: { message: text, fields: { displayName: text } },
        fields: [
          ...signUpModel.fields,
          sampleField("a", text, { userInputType: "Paragraph", value: text }),
          sampleField("b", text, { userInputType: "Link", value: text }),
          sampleField("c", text, {
            userInputType: "RadioSingleSelect",
            options: [{ value: text, text, selected: true }],
          }),
          sampleField("d", text, {
            userInputType: "DropdownSingleSelect",
            options: [{ value: text, text, selected: true }],
          }),
        ],
      },
    ];
    for (const model of models) {
      const { html } = renderer.page(
        sampleView(model, {
          organisation: text,
          correlationId: text,
          deploymentMode: text,
          branding: {
            tokens: { brand: text, radius: text, surface: text, ink: text, brandContrast: text },
            bannerLogo: text,
            backgroundImage: text,
            backgroundColor: text,
          },
        }),
      );
      expect(html.match(/<script/g)).toHaveLength(3);
      expect(html.match(/<\/script>/g)).toHaveLength(3);
      expect(html).not.toMatch(/<img src=x/);
      expect(html.match(/<style/g)).toHaveLength(1);
      expect(html).not.toMatch(/(href|src)="javascript:alert/);
    }
  });

  it.each(attacks)("%j stays text on the error and the signed-out page", (text) => {
    const error = { code: text, message: text, status: 400, correlationId: text };
    const shown = renderer.error({
      ...sampleError,
      error,
      organisation: text,
      language: text,
      timestamp: text,
    });
    const out = renderer.signedOut({
      ...sampleSignedOut,
      organisation: text,
      continueTo: text,
      frames: [text],
    });
    for (const { html } of [shown, out]) {
      expect(html.match(/<script/g)).toHaveLength(2);
      expect(html).not.toMatch(/<img src=x|(href|src|url)="?=?javascript:alert/);
    }
  });
});
