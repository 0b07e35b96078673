import { type PageModel, stringsFor } from "@vestibule/engine";
import { renderToString } from "preact-render-to-string";
import { attributeText, escapeHtml } from "../html-text.ts";
import { contentSecurityPolicy } from "./content-security-policy.ts";
import type { ErrorView, PageRenderer, PageView, RenderedPage, SignedOutView } from "./contract.ts";
import { dataScript } from "./data-script.ts";
import { type DocumentParts, noCookieBlock, ownDocument } from "./document.ts";
import { CopyButton, ErrorPage, errorTexts } from "./error-page.tsx";
import { NavigationForm } from "./native-parts.tsx";
import { keepPages } from "./page-cache.ts";
import { createPageFrame, directionOf, type PageFrame, providerPlaces } from "./page-frame.ts";
import { PhonePage, phoneForm } from "./phone-page.tsx";
import { ProviderSelectionPage } from "./provider-buttons.tsx";
import { SelfAssertedPage } from "./self-asserted-page.tsx";
import { loadedFrames, SignedOutPage, safeTarget } from "./signed-out-page.tsx";
import { mergeTemplate } from "./template.ts";
import { UnifiedPage } from "./unified-page.tsx";

export interface PageRendererOptions {
  /** Milliseconds since 1970; bounds the years that a date field offers. */
  readonly now?: () => number;
  /** Address of a jQuery that the operator serves; loaded only before a template's own scripts. We bring none. */
  readonly jQueryUrl?: string;
}

const dataNames: Readonly<Record<PageModel["api"], string>> = {
  CombinedSigninAndSignup: "Unified",
  SelfAsserted: "SelfAsserted",
  IdpSelections: "IdpSelections",
  Phonefactor: "Phonefactor",
};

/**
 * Turns page models into documents: complete without scripts, in our own look or in a tenant's template. Gives the
 * HTML with the headers that it needs (its content security policy); does no I/O. Every text of a model is escaped.
 * Source: pages.md 1 to 5.
 */
export function createPageRenderer(options: PageRendererOptions = {}): PageRenderer {
  const now = options.now ?? Date.now;
  const page = keepPages((view, year) => renderPage(view, year, options.jQueryUrl));
  return {
    page: (view) => page(view, new Date(now()).getUTCFullYear()),
    error: renderError,
    signedOut: renderSignedOut,
  };
}

/** Pages with buttons that lead to a provider. */
const hasProviders: Readonly<Record<PageModel["api"], boolean>> = {
  CombinedSigninAndSignup: true,
  SelfAsserted: false,
  IdpSelections: true,
  Phonefactor: false,
};

function Body({ frame }: { readonly frame: PageFrame }) {
  return (
    <>
      <PageOf frame={frame} />
      {frame.model.terminal && (
        <p class="vb-correlation">
          {frame.text("vb_correlation_id")} {frame.view.correlationId}{" "}
          {frame.ownLook && (
            <CopyButton
              value={frame.view.correlationId}
              copy={frame.text("vb_copy")}
              copied={frame.text("vb_copied")}
            />
          )}
        </p>
      )}
      {hasProviders[frame.model.api] && <NavigationForm frame={frame} />}
    </>
  );
}

function PageOf({ frame }: { readonly frame: PageFrame }) {
  switch (frame.model.api) {
    case "CombinedSigninAndSignup":
      return <UnifiedPage frame={frame} />;
    case "SelfAsserted":
      return <SelfAssertedPage frame={frame} />;
    case "IdpSelections":
      return <ProviderSelectionPage frame={frame} />;
    case "Phonefactor":
      return <PhonePage frame={frame} />;
  }
}

const scriptWords = [
  "vb_show",
  "vb_hide",
  "vb_show_password",
  "vb_hide_password",
  "vb_rule_met",
  "vb_rule_open",
  "vb_wait_signin",
  "vb_wait_submit",
  "vb_wait_code",
  "vb_wait_leave",
  "unknown_error",
  "requiredField_generic",
  "requiredField_password",
  "invalid_generic",
] as const;

/** The texts that the page's script says itself. */
function scriptTexts(frame: PageFrame): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...scriptWords.map((id) => [id, frame.text(id)]),
    ...Object.entries(frame.model.fieldTexts).map(([id, text]) => [`field_${id}`, text]),
  ]);
}

function titleOf(frame: PageFrame): string {
  const heading = frame.text("heading") || frame.text("intro");
  return [heading, frame.view.organisation].filter((part) => part !== "").join(" · ");
}

// Where no script runs, Enter presses a form's first submit button in the document, shown or not. That would be the
// one that sends a code; this one, before `#api` and not shown, does what the state of the page calls for.
function defaultButton(frame: PageFrame): string {
  const { model } = frame;
  const { phone } = model;
  if (phone !== undefined) {
    const first = phone.mode === "phone" ? "call" : "sms";
    const action = { choose: first, code: "check", call: "poll" }[phone.stage];
    return hiddenButton({ form: phoneForm, name: "_action", value: action });
  }
  if (model.api !== "SelfAsserted") return "";
  const proofs = [
    ...model.fields.flatMap(({ id, verification }) =>
      verification ? [{ id, state: verification.state }] : [],
    ),
    ...model.controls.flatMap(({ id, proof }) => (proof ? [{ id, state: proof.state }] : [])),
  ];
  if (proofs.length === 0) return "";
  const open = proofs.find(({ state }) => state !== "verified");
  const action = open?.state === "sent" ? "verify" : "send";
  const value = open === undefined ? {} : { name: "_action", value: `${action}:${open.id}` };
  return hiddenButton({ form: "attributeVerification", ...value });
}

function hiddenButton(attributes: Readonly<Record<string, string>>): string {
  const hidden = { style: "display:none", "aria-hidden": "true", tabindex: "-1" };
  return `<button${attributeText({ type: "submit", ...attributes, ...hidden })}></button>`;
}

export function renderPage(view: PageView, year: number, jQueryUrl: string | undefined): RenderedPage {
  const frame = createPageFrame(view, year);
  const { model } = view;
  const template = view.template;
  const scriptsAllowed = template !== undefined && model.scriptsAllowed;
  const parts: DocumentParts = {
    language: frame.language,
    direction: directionOf(frame.language),
    nonce: view.nonce,
    title: titleOf(frame),
    comments: [
      "Build: 1.0.0",
      "StateVersion: 2.1.1",
      `DeploymentMode: ${view.deploymentMode}`,
      `CorrelationId: ${view.correlationId}`,
      "DataCenter: local",
      "Slice: 001-000",
    ],
    data: dataScript(view),
    scriptTexts: scriptTexts(frame),
    staticHost: `${view.origin}/static`,
  };
  const content = renderToString(<Body frame={frame} />);
  const apiAttributes = { "data-name": dataNames[model.api] };
  const noCookie = noCookieBlock(frame.text("vb_no_cookie"), frame.text("vb_no_cookie_help"));
  const policy = contentSecurityPolicy({
    nonce: view.nonce,
    reportUri: `${view.base}/client/cspreport?p=${encodeURIComponent(view.policyId)}`,
    template: template !== undefined,
    scriptsAllowed,
  });
  const tenantSegment = decodeSegment(view.base.split("/")[1] ?? "");
  if (template !== undefined) {
    const html = mergeTemplate(template.html, {
      parts,
      apiAttributes,
      apiContent: content,
      before: defaultButton(frame),
      noCookie,
      branding: view.branding,
      tenantSegment,
      scriptsAllowed,
      bodyScripts: scriptsAllowed && !bodyScriptsStripped(frame),
      ...(jQueryUrl !== undefined && { jQueryUrl }),
    });
    return { html, contentSecurityPolicy: policy };
  }
  const social = model.api === "CombinedSigninAndSignup" && providerPlaces(model).buttons.length > 0;
  const html = ownDocument(parts, {
    organisation: view.organisation,
    branding: view.branding,
    tenantSegment,
    bodyClass: `vb-${dataNames[model.api]}${social ? "" : " vb-no-social"}${model.terminal ? " vb-terminal" : ""}`,
    apiAttributes,
    apiContent: content,
    before: defaultButton(frame),
    after: '<p class="vb-wait" role="status"></p>',
    noCookie,
  });
  return { html, contentSecurityPolicy: policy };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

// pages.md 3.9: from selfasserted 2.1.21 and unifiedssp 2.1.10 on, a template's scripts belong into its head.
function bodyScriptsStripped(frame: PageFrame): boolean {
  return frame.atLeast(frame.model.contentDefinition.contract.includes("unified") ? "2.1.10" : "2.1.21");
}

const plainParts = { comments: [], data: "", scriptTexts: {}, staticHost: "/static" } as const;

function renderError(view: ErrorView): RenderedPage {
  const { template, nonce, branding } = view;
  const parts: DocumentParts = {
    ...plainParts,
    comments: [`CorrelationId: ${view.error.correlationId}`],
    language: view.language,
    direction: directionOf(view.language),
    nonce,
    title: [errorTexts(view)("heading"), view.organisation].filter((part) => part !== "").join(" · "),
  };
  const tenantSegment = view.tenantSegment ?? "";
  const api = {
    apiAttributes: { class: "error-page-content", "data-name": "GlobalException" },
    apiContent: renderToString(<ErrorPage view={view} />),
    noCookie: "",
  };
  const scriptsAllowed = template?.scriptsAllowed === true;
  const html =
    template === undefined
      ? ownDocument(parts, {
          ...api,
          organisation: view.organisation,
          branding,
          tenantSegment,
          bodyClass: "vb-GlobalException",
        })
      : mergeTemplate(template.html, {
          ...api,
          parts,
          before: "",
          branding,
          tenantSegment,
          scriptsAllowed,
          bodyScripts: scriptsAllowed,
        });
  return {
    html,
    contentSecurityPolicy: contentSecurityPolicy({
      nonce,
      template: template !== undefined,
      scriptsAllowed,
    }),
  };
}

/** Seconds after which the page leaves although a frame has not loaded. */
const longestWait = 5;

function renderSignedOut(view: SignedOutView): RenderedPage {
  const target = safeTarget(view.continueTo);
  const refresh =
    target === undefined
      ? ""
      : `<meta http-equiv="refresh" content="${longestWait};url=${escapeHtml(target)}">`;
  const html = ownDocument(
    {
      ...plainParts,
      language: "en",
      direction: undefined,
      nonce: view.nonce,
      title: [stringsFor("en").ux.page.vb_signed_out ?? "", view.organisation].join(" · "),
    },
    {
      organisation: view.organisation,
      branding: view.branding,
      tenantSegment: view.tenantSegment ?? "",
      bodyClass: "vb-SignedOut",
      apiAttributes: { "data-name": "SignedOut" },
      apiContent: renderToString(<SignedOutPage view={view} />),
      noCookie: "",
    },
  ).replace("</head>", () => `${refresh}</head>`);
  const policy = contentSecurityPolicy({
    nonce: view.nonce,
    template: false,
    scriptsAllowed: false,
    frames: loadedFrames(view),
  });
  return { html, contentSecurityPolicy: policy };
}
