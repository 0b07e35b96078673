// biome-ignore-all lint/correctness/noUnusedVariables: the parts of the script share one scope (src/pages/assets.ts).

// Binding ---------------------------------------------------------------------------------------------------------------

function onClick(element, action) {
  element?.addEventListener("click", (event) => {
    event.preventDefault();
    action(element, event);
  });
}

function leave(button, action) {
  if (locked) return;
  if (!/apple/i.test(button?.id ?? ""))
    setBusy(button?.tagName === "BUTTON" ? button : undefined, "vb_wait_leave");
  redirectToServer(action);
}

function bindNavigation() {
  for (const button of all('#api button[form="b2cNav"]')) {
    onClick(button, () => leave(button, `unified?claimsexchange=${encodeURIComponent(button.value)}`));
  }
  const identifier = () => byId(fields()[0]?.ID ?? "")?.value.trim() ?? "";
  const withHint = (link, wanted) =>
    link?.addEventListener("click", (event) => {
      if (locked) {
        event.preventDefault();
        return;
      }
      const href = link.href.replace(/&hint=[^&]*/, "");
      if (wanted() && identifier() !== "") link.href = `${href}&hint=${encodeURIComponent(identifier())}`;
    });
  withHint(byId("forgotPassword"), () => true);
  withHint(byId("createAccount"), () => config().sendHintOnSignup === "true");
}

function bindVerification(field) {
  const id = field.ID;
  stateOf(id);
  onClick(byId(`${id}_ver_but_send`), (button) => sendCode(id, button));
  onClick(byId(`${id}_ver_but_resend`), (button) => sendCode(id, button));
  onClick(byId(`${id}_ver_but_default`), (button) => sendCode(id, button));
  onClick(byId(`${id}_ver_but_verify`), (button) => checkCode(id, button));
  onClick(byId(`${id}_ver_but_edit`), () => changeAddress(id));
  onEnter(byId(id), () => byId(`${id}_ver_but_send`)?.click());
  onEnter(byId(`${id}_ver_input`), () => byId(`${id}_ver_but_verify`)?.click());
}

function onEnter(input, action) {
  input?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  });
}

function bindForm(form, button) {
  form.setAttribute("action", "JavaScript:void(0);");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("keydown", (event) => {
    const input = event.target;
    const typed = input instanceof HTMLInputElement && !["submit", "button"].includes(input.type);
    if (event.key !== "Enter" || event.isComposing || !typed) return;
    event.preventDefault();
    button?.click();
  });
}

function initializeCombined(form) {
  bindForm(form, byId("next"));
  onClick(byId("next"), submitCombined);
  const first = byId(fields()[0]?.ID ?? "");
  if (first) first.value = first.value.trim();
}

function initializeSelfAsserted(form) {
  bindForm(form, byId("continue"));
  onClick(byId("continue"), submitSelfAsserted);
  onClick(byId("cancel"), (button) => leave(button, "cancelled"));
  const addresses = new Set(
    fields()
      .filter((field) => field.VERIFY)
      .map((field) => field.ID),
  );
  if (openProof()) {
    const others = ownFields().filter((field) => !addresses.has(field.ID) && !isFixed(field));
    waiting.push(...others.flatMap((field) => controlsOf(field.ID)).filter((control) => control.disabled));
  }
  for (const control of fields().filter(isProof)) bindControl(control);
  for (const field of allFields()) {
    if (field.VERIFY) bindVerification(field);
    if (ownLook()) tickRules(field);
    if (ownLook() && !isFixed(field)) bindFieldChecks(field);
  }
  for (const link of all("#api a.helpLink")) {
    onClick(link, () => {
      const entry = link.parentElement;
      const help = entry.querySelector(".helpText");
      if (help) help.remove();
      else
        entry.append(
          Object.assign(document.createElement("div"), {
            className: "helpText",
            textContent: link.dataset.help,
          }),
        );
    });
  }
}

let initialised = false;
function initialize() {
  if (initialised) return;
  initialised = true;
  const started = Date.now();
  if (!navigator.cookieEnabled) byId("no_cookie")?.classList.remove("no_display");
  const combined = byId("localAccountForm");
  const selfAsserted = byId("attributeVerification");
  if (window.SETTINGS) {
    if (combined) initializeCombined(combined);
    if (selfAsserted) initializeSelfAsserted(selfAsserted);
    const phone = byId("phoneFactorForm");
    if (phone) initializePhone(phone);
    bindNavigation();
  }
  if (ownLook()) all("#api input[type=password]").forEach(addReveal);
  for (const table of all("table.panel_layout")) table.setAttribute("aria-label", document.title);
  all(".vb-copy").forEach(bindCopy);
  bindSignedOut();
  trace("T003", started);
  window.pageReady = true;
}

/** After sign-out: go on when the applications' frames have loaded, after five seconds at the latest. */
function bindSignedOut() {
  const link = byId("vb-continue");
  if (!link) return;
  const loaded = all(".vb-frame").map(
    (frame) =>
      new Promise((resolve) => {
        frame.addEventListener("load", resolve, { once: true });
        frame.addEventListener("error", resolve, { once: true });
      }),
  );
  const latest = new Promise((resolve) => setTimeout(resolve, 5000));
  Promise.race([Promise.all(loaded), latest]).then(() => location.replace(link.href));
}

// From the browser's back-forward cache the page comes as it was left: busy.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) release();
});

// What templates of tenants call (pages.md 2.8) --------------------------------------------------------------------------

const names = {
  CombinedSigninAndSignup: "UnifiedSSP",
  SelfAsserted: "SelfAsserted",
  IdpSelections: "ProviderSelection",
  Phonefactor: "Phonefactor",
};
window.$trace = trace;
window.$diags = {
  trace,
  toJson: diagnostics,
  sendDiagnostics: () => undefined,
  initializationSuccessful: () => initialised,
};
window.$element = {
  initialize,
  generateServiceContent: () => byId("api")?.outerHTML ?? "",
  getElementContent: () => byId("api")?.innerHTML ?? "",
  version: `${names[window.SETTINGS?.api] ?? "Page"}-2.1.9`,
};
window.$i2e = {
  redirectToServer,
  getRedirectLink: redirectLink,
  sendData,
  sendDataWithRetry,
  insertServiceContent: () => undefined,
  lookupLanguage: lookup,
  bindHost: (path) => `${window.SETTINGS?.hosts?.tenant ?? ""}${path ?? ""}`,
};

// A template with scripts has the page initialised by an inline call before its own scripts (4.8 S4).
if (document.currentScript?.defer ?? true) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", initialize);
  else initialize();
}
