// The pages work without this script. It submits without a reload, checks fields while they are filled in, and offers
// the members of `$element`, `$i2e` and `$diags` that templates of tenants call. It adds no jQuery.
// Data of the page (`SETTINGS`, `SA_FIELDS`, `CONTENT`) is read late: templates may change it before initialise.
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const ownLook = () => document.body.classList.contains("vb");
  const texts = window.vestibule?.texts ?? {};
  const fill = (text, ...values) => (text ?? "").replace(/\{(\d)\}/g, (all, index) => values[index] ?? all);

  /** The text of an HTML-encoded string; never markup. */
  function decode(encoded) {
    const parsed = new DOMParser().parseFromString(`<p>${encoded ?? ""}</p>`, "text/html");
    return parsed.body.textContent ?? "";
  }
  const lookup = (id) =>
    window.CONTENT?.[id] === undefined ? (texts[id] ?? "") : decode(window.CONTENT[id]);
  const fields = () => window.SA_FIELDS?.AttributeFields ?? [];
  const config = () => window.SETTINGS?.config ?? {};

  // Diagnostics (pages.md 1.15) ---------------------------------------------------------------------------------------

  const traced = [];
  function trace(code, started = Date.now()) {
    if (traced.length < 100) {
      traced.push({ ac: code, acST: Math.floor(started / 1000), acD: Math.max(0, Date.now() - started) });
    }
  }
  const diagnostics = () =>
    JSON.stringify({ pageViewId: window.SETTINGS?.pageViewId, pageId: window.SETTINGS?.api, trace: traced });

  // Talking with the server (pages.md 1.6, 1.11, 1.13) ------------------------------------------------------------------

  function redirectLink(action) {
    const { hosts, api, csrf, transId } = window.SETTINGS;
    const metrics = window.Metrics?.serialize ? `&metrics=${window.Metrics.serialize()}` : "";
    const joint = action.includes("?") ? "&" : "?";
    return `${hosts.tenant}/api/${api}/${action}${joint}csrf_token=${csrf}&tx=${transId}${metrics}&p=${hosts.policy}`;
  }

  let left = false;
  function redirectToServer(action, assign = true) {
    if (left) return;
    left = true;
    trace("T002");
    const url = `${redirectLink(action)}&diags=${encodeURIComponent(diagnostics())}`;
    if (assign === false) location.replace(url);
    else location.assign(url);
  }

  const encodeForm = (pairs) =>
    pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");

  /** Posts to the page's endpoint; resolves with the JSON of the answer, rejects where there is none. */
  function sendData(data, endpoint = "SelfAsserted") {
    const { hosts, transId, csrf, pageViewId, isPageViewIdSentWithHeader } = window.SETTINGS;
    const body = typeof data === "string" ? data : encodeForm(Object.entries(data ?? {}));
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", `${hosts.tenant}/${endpoint}?tx=${transId}&p=${hosts.policy}`);
      request.timeout = Number(config().timeout) || 90000;
      request.setRequestHeader("X-CSRF-TOKEN", csrf);
      request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
      request.setRequestHeader("Accept", "application/json, text/javascript, */*; q=0.01");
      request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8");
      if (isPageViewIdSentWithHeader) request.setRequestHeader("x-ms-cpim-pageviewid", pageViewId);
      request.onload = () => {
        try {
          resolve(JSON.parse(request.responseText));
        } catch {
          reject(new Error("unreadable"));
        }
      };
      request.onerror = () => reject(new Error("network"));
      request.ontimeout = () => reject(new Error("timeout"));
      request.send(body);
    });
  }

  /** As sendData, and again up to three times while the browser is offline. */
  async function sendDataWithRetry(data, endpoint) {
    const {
      retryEnabled,
      retryMaxAttempts = 3,
      retryDelay = 200,
      retryExponent = 2,
    } = window.SETTINGS.xhrSettings ?? {};
    for (let attempt = 0; ; attempt++) {
      try {
        return await sendData(data, endpoint);
      } catch (error) {
        if (!retryEnabled || navigator.onLine || attempt >= retryMaxAttempts) throw error;
        trace("T031");
        await new Promise((resolve) => setTimeout(resolve, retryDelay * retryExponent ** attempt));
      }
    }
  }

  // What is shown and what is not ---------------------------------------------------------------------------------------

  function show(element, visible, display = "block") {
    if (!element) return;
    element.style.display = visible ? display : "none";
    element.setAttribute("aria-hidden", visible ? "false" : "true");
  }

  function say(element, text) {
    const line = element?.querySelector("p");
    if (!line) return;
    line.textContent = text;
    show(element, text !== "");
  }

  function clearErrors() {
    for (const error of all("#api .error.pageLevel, #api .verificationErrorText")) show(error, false);
    for (const error of all("#api .error.itemLevel")) say(error, "");
    for (const input of all("#api .invalid, #api .highlightError, #api [aria-invalid]")) {
      input.classList.remove("invalid", "highlightError");
      input.removeAttribute("aria-invalid");
    }
  }

  /** One error of the whole page; the focus goes there, so that it is read out. */
  function showPageError(element, text) {
    if (!element) return;
    for (const error of all("#api .error.pageLevel")) show(error, error === element);
    if (text !== undefined) say(element, text);
    element.tabIndex = -1;
    element.focus();
    element.scrollIntoView({ block: "nearest" });
  }

  const entryOf = (id) => (byId(id) ?? byId(`${id}_label`))?.closest(".attrEntry, .entry-item");

  function fieldError(id, message) {
    const entry = entryOf(id);
    const error = entry?.querySelector(".error.itemLevel");
    const line = error?.querySelector("p");
    if (!line) return;
    entry.classList.add("validate");
    line.replaceChildren(
      ...message
        .split("\n")
        .flatMap((part, index) => (index ? [document.createElement("br"), part] : [part])),
    );
    show(error, message !== "");
    const mark = document.querySelector("#localAccountForm") ? "highlightError" : "invalid";
    for (const control of controlsOf(id)) {
      control.classList.toggle(mark, message !== "");
      if (message === "") control.removeAttribute("aria-invalid");
      else control.setAttribute("aria-invalid", "true");
    }
  }

  // Busy ------------------------------------------------------------------------------------------------------------

  let locked = false;
  let waitTimer;

  function setBusy(button, waitingFor) {
    locked = true;
    button?.classList.add("vb-busy");
    button?.setAttribute("aria-busy", "true");
    for (const working of all("#api .working")) working.style.display = "block";
    if (button?.id === "continue") {
      show(document.querySelector(".verifying-modal"), true);
      button.setAttribute("aria-disabled", "true");
      byId("cancel")?.setAttribute("aria-disabled", "true");
    }
    clearTimeout(waitTimer);
    waitTimer = setTimeout(() => {
      const line = document.querySelector(".vb-wait");
      if (line) line.textContent = texts[waitingFor] ?? "";
    }, 3000);
  }

  function release() {
    locked = false;
    left = false;
    clearTimeout(waitTimer);
    for (const button of all(".vb-busy")) {
      button.classList.remove("vb-busy");
      button.removeAttribute("aria-busy");
    }
    for (const working of all("#api .working")) working.style.display = "none";
    show(document.querySelector(".verifying-modal"), false);
    const line = document.querySelector(".vb-wait");
    if (line) line.textContent = "";
    byId("cancel")?.removeAttribute("aria-disabled");
    updateContinue();
  }

  // Values of fields ------------------------------------------------------------------------------------------------

  function controlsOf(id) {
    const choices = all(`#attributeList input[name="${CSS.escape(id)}"]:is([type=radio],[type=checkbox])`);
    if (choices.length > 0) return choices;
    const element = byId(id);
    if (element?.classList.contains("date")) return all("select", element);
    return element ? [element] : [];
  }

  const pad = (text, length) => text.padStart(length, "0");

  function fieldValue(field) {
    const controls = controlsOf(field.ID);
    if (field.IS_RADIO || field.IS_CHECK_MULTI) {
      return controls
        .filter((control) => control.checked)
        .map((control) => control.value)
        .join(",");
    }
    if (field.IS_DATE) {
      const [day, month, year] = ["day", "month", "year"].map(
        (part) => byId(`${field.ID}_${part}`)?.value ?? "",
      );
      if (!day && !month && !year) return "";
      return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
    }
    const value = controls[0]?.value ?? "";
    return field.IS_PASSWORD && window.SETTINGS.trimSpacesInPassword ? value.trim() : value;
  }

  function dateExists(text) {
    const [year, month, day] = text.split("-").map(Number);
    const date = new Date(Date.UTC(year, month - 1, day));
    return (
      year > 0 &&
      date.getUTCFullYear() === year &&
      date.getUTCMonth() === month - 1 &&
      date.getUTCDate() === day
    );
  }

  // Checks of fields; the server repeats them all (pages.md 2.6, 6.1, 6.2) -------------------------------------------------

  function expression(source) {
    try {
      return /^\(\?i\)/.test(source) ? new RegExp(source.slice(4), "i") : new RegExp(source);
    } catch {
      return undefined;
    }
  }

  function predicateHolds(predicate, value) {
    const parameter = (name) => {
      const found = predicate.PARAMS.find((candidate) => candidate.NAME === name);
      return found === undefined ? undefined : decode(found.VALUE);
    };
    switch (predicate.METHOD) {
      case 1: {
        const set = (parameter(3) ?? "").replace(/[\\\]^]/g, "\\$&");
        return expression(`[${set}]+`)?.test(value) ?? true;
      }
      case 2:
        return expression(parameter(4) ?? "")?.test(value) ?? true;
      case 3:
        return (
          value.length >= Number(parameter(1) ?? 0) &&
          value.length <= Number(parameter(2) ?? Number.MAX_SAFE_INTEGER)
        );
      case 4: {
        const limit = (text) =>
          /^\d{4}-\d{2}-\d{2}/.test(text ?? "") ? text.slice(0, 10) : new Date().toISOString().slice(0, 10);
        const least = parameter(1);
        const most = parameter(2);
        return (least === undefined || value >= limit(least)) && (most === undefined || value <= limit(most));
      }
      default:
        return true;
    }
  }

  function groupHolds(group, value) {
    const met = group.PREDICATES.filter((predicate) => predicateHolds(predicate, value)).length;
    return met >= group.MATCH_AT_LEAST !== Boolean(group.REJECT);
  }

  function predicateMessages(field, value) {
    const rules = field.INPUT_VALIDATION;
    if (!rules) return [];
    const single = rules.PREDICATES.filter((predicate) => !predicateHolds(predicate, value)).map(
      ({ HELP_TEXT }) => decode(HELP_TEXT),
    );
    const groups = rules.PREDICATE_GROUPS.filter((group) => !groupHolds(group, value)).map((group) => {
      const members = group.PREDICATES.map(({ HELP_TEXT }) => decode(HELP_TEXT));
      const head = decode(group.HELP_TEXT);
      return members.length === 1 && (head === "" || head === members[0])
        ? members[0]
        : [head, ...members.map((member) => `\u00a0\u00a0- ${member}`)].join("\n");
    });
    return [...single, ...groups];
  }

  const isFixed = (field) =>
    field.IS_RDO || field.IS_TEXT_IN_PARAGRAPH || field.IS_LINK || field.USER_INPUT_TYPE === "Readonly";

  /** The problem of a field: which page-level error it belongs to, and the sentence that stands at it. */
  function problemOf(field) {
    if (isFixed(field) || controlsOf(field.ID).length === 0) return undefined;
    const value = fieldValue(field);
    if ((field.IS_TEXT || field.IS_EMAIL ? value.trim() : value) === "") {
      if (!field.IS_REQ) return undefined;
      return { page: "requiredFieldMissing", message: lookup("required_field") };
    }
    const name = decode(field.DN);
    const wrong = (message) => ({ page: "fieldIncorrect", message });
    if (field.IS_DATE && !dateExists(value)) return wrong(fill(texts.field_date, name));
    if (field.PAT && expression(field.PAT)?.test(value) === false) {
      return wrong(decode(field.PAT_DESC) || fill(texts.field_pattern, name));
    }
    const [control] = controlsOf(field.ID);
    if (control.validity?.typeMismatch) return wrong(texts.field_email);
    if (control.validity?.badInput) return wrong(fill(texts.field_number, name));
    const messages = predicateMessages(field, value);
    return messages.length > 0 ? wrong(messages.join("\n")) : undefined;
  }

  // Combined page -----------------------------------------------------------------------------------------------------

  function checkCombined() {
    const [identifier, password] = fields();
    const wrong = [];
    if (identifier) {
      const name = decode(identifier.DN);
      const value = byId(identifier.ID)?.value.trim() ?? "";
      if (value === "") wrong.push([identifier.ID, fill(lookup("requiredField_generic"), name)]);
      else {
        const messages = predicateMessages(identifier, value);
        const control = byId(identifier.ID);
        if (messages.length > 0) wrong.push([identifier.ID, messages.join("\n")]);
        else if (identifier.PAT && expression(identifier.PAT)?.test(value) === false) {
          wrong.push([identifier.ID, decode(identifier.PAT_DESC) || fill(lookup("invalid_generic"), name)]);
        } else if (control?.validity?.typeMismatch) {
          wrong.push([identifier.ID, fill(lookup("invalid_generic"), name)]);
        }
      }
    }
    if (password && (byId(password.ID)?.value ?? "") === "")
      wrong.push([password.ID, lookup("requiredField_password")]);
    return wrong;
  }

  async function submitCombined() {
    if (locked) return;
    clearErrors();
    const wrong = checkCombined();
    for (const [id, message] of wrong) fieldError(id, message);
    if (wrong.length > 0) {
      byId(wrong[0][0])?.focus();
      return;
    }
    setBusy(byId("next"), "vb_wait_signin");
    const pairs = fields()
      .slice(0, 2)
      .map((field) => {
        const value = byId(field.ID)?.value ?? "";
        const trimmed = !field.IS_PASSWORD || window.SETTINGS.trimSpacesInPassword ? value.trim() : value;
        return [field.ID, trimmed];
      });
    const error = document.querySelector("#localAccountForm > .error.pageLevel");
    const remembered = String(byId("rememberMe")?.checked === true);
    await post([["request_type", "RESPONSE"], ...pairs], error, `confirmed?rememberMe=${remembered}`, "T018");
  }

  /** Posts a page; goes on where the server accepts it, else says at the top what it says. */
  async function post(pairs, error, next, code) {
    const started = Date.now();
    let answer;
    try {
      answer = await sendDataWithRetry(encodeForm(pairs));
    } catch {
      answer = undefined;
    }
    trace(code, started);
    if (answer?.status === "200") {
      trace(`${code}T010`, started);
      redirectToServer(next);
      return;
    }
    release();
    showPageError(error, answer?.message || lookup("unknown_error") || texts.unknown_error);
  }

  // Self-asserted page --------------------------------------------------------------------------------------------------

  function passwordMismatch() {
    const first = byId("newPassword");
    const second = byId("reenterPassword");
    return first !== null && second !== null && first.value !== second.value;
  }

  async function submitSelfAsserted() {
    const button = byId("continue");
    if (locked || button?.disabled) return;
    clearErrors();
    const problems = fields().flatMap((field) => {
      const problem = problemOf(field);
      return problem === undefined ? [] : [{ id: field.ID, ...problem }];
    });
    if (problems.length === 0 && passwordMismatch()) {
      problems.push({
        id: "reenterPassword",
        page: "passwordEntryMismatch",
        message: lookup("error_passwordEntryMismatch"),
      });
    }
    const open = fields().find((field) => field.VERIFY && stateOf(field.ID) !== "verified");
    if (problems.length === 0 && open) {
      problems.push({
        id: open.ID,
        page: "fieldIncorrect",
        message: fill(texts.field_not_verified, decode(open.DN)),
      });
    }
    if (problems.length > 0) {
      for (const { id, message } of problems) fieldError(id, message);
      const pages = problems.map(({ page }) => page);
      const speaking = ["requiredFieldMissing", "fieldIncorrect", "passwordEntryMismatch"].find((id) =>
        pages.includes(id),
      );
      for (const error of all("#api .error.pageLevel")) show(error, error.id === speaking);
      const controls = controlsOf(problems[0].id);
      (
        controls.find((control) => !control.disabled) ??
        byId(`${problems[0].id}_ver_input`) ??
        controls[0]
      )?.focus();
      return;
    }
    setBusy(button, "vb_wait_submit");
    const posted = fields().filter(
      (field) =>
        !field.IS_TEXT_IN_PARAGRAPH && !field.IS_LINK && field.UX_INPUT_TYPE !== "VerificationControl",
    );
    const drops = posted.filter((field) => field.IS_DROP || field.IS_DATE);
    const inputs = posted.filter((field) => !drops.includes(field));
    const pairs = [...inputs, ...drops].flatMap((field) => {
      const value = [field.ID, fieldValue(field)];
      const code = byId(`${field.ID}_ver_input`);
      return field.VERIFY && code ? [value, [`${field.ID}_ver_input`, code.value.trim()]] : [value];
    });
    await post(
      [...pairs, ["request_type", "RESPONSE"]],
      byId("claimVerificationServerError"),
      "confirmed",
      "T017",
    );
  }

  function updateContinue() {
    const button = byId("continue");
    if (!button) return;
    const open = fields().some((field) => field.VERIFY && stateOf(field.ID) !== "verified");
    button.setAttribute("aria-disabled", open ? "true" : "false");
  }

  // Verification of an address (pages.md 1.7, 3.4) -----------------------------------------------------------------------

  const states = new Map();
  let waiting = [];

  function stateOf(id) {
    if (!states.has(id)) {
      const visible = (suffix) => byId(`${id}_${suffix}`)?.getAttribute("aria-hidden") === "false";
      states.set(id, visible("success") ? "verified" : visible("info") ? "sent" : "initial");
    }
    return states.get(id);
  }

  function setState(id, state) {
    states.set(id, state);
    const sent = state === "sent";
    show(byId(`${id}_intro`), state === "initial");
    show(byId(`${id}_info`), sent);
    show(byId(`${id}_success`), state === "verified");
    show(byId(`${id}_ver_input_label`), sent);
    show(byId(`${id}_ver_input`), sent);
    const shown = {
      send: state === "initial",
      verify: sent,
      resend: sent,
      edit: state === "verified" || (sent && ownLook()),
    };
    for (const [name, visible] of Object.entries(shown)) {
      const button = byId(`${id}_ver_but_${name}`);
      if (!button) continue;
      show(button, visible, "inline");
    }
    const input = byId(id);
    if (input) {
      input.disabled = state !== "initial";
      if (state === "initial") input.removeAttribute("aria-disabled");
      else input.setAttribute("aria-disabled", "true");
      input.tabIndex = state === "initial" ? 0 : -1;
    }
    const open = fields().some((field) => field.VERIFY && stateOf(field.ID) !== "verified");
    for (const control of waiting) {
      control.disabled = open;
      control.tabIndex = open ? -1 : 0;
      if (open) control.setAttribute("aria-disabled", "true");
      else control.removeAttribute("aria-disabled");
    }
    updateContinue();
  }

  const failures = {
    1: "fail_server",
    2: "fail_throttled",
    3: "fail_retry",
    4: "fail_no_retry",
    5: "fail_code_expired",
    6: "incorrect_format",
  };

  function addressField(id) {
    return fields().find((field) => field.ID === id);
  }

  async function askServer(id, button, pairs, code) {
    for (const error of all(`#api .verificationErrorText[id^="${CSS.escape(id)}_"]`)) show(error, false);
    fieldError(id, "");
    show(byId("claimVerificationServerError"), false);
    setBusy(button, "vb_wait_code");
    const started = Date.now();
    let answer;
    try {
      answer = await sendDataWithRetry(
        encodeForm([["claim_id", id], ["claim_value", byId(id).value.trim()], ...pairs]),
      );
    } catch {
      answer = { status: "500" };
    }
    trace(code, started);
    release();
    if (answer?.status === "200" && Number(answer.result ?? 0) === 0) return true;
    if (answer?.message) {
      showPageError(byId("claimVerificationServerError"), answer.message);
      return false;
    }
    const failure = answer?.status === "200" ? (failures[answer.result] ?? "fail_server") : "fail_server";
    show(byId(`${id}_${failure}`), true);
    return false;
  }

  async function sendCode(id, button) {
    if (locked) return;
    const field = addressField(id);
    const input = byId(id);
    const address = input.value.trim();
    const formed =
      address !== "" &&
      !(field?.PAT && expression(field.PAT)?.test(address) === false) &&
      !input.validity?.typeMismatch;
    if (!formed) {
      show(byId(`${id}_incorrect_format`), true);
      input.setAttribute("aria-invalid", "true");
      input.focus();
      return;
    }
    if (!(await askServer(id, button, [["request_type", "VERIFICATION_REQUEST"]], "T011"))) return;
    setState(id, "sent");
    const code = byId(`${id}_ver_input`);
    code.value = "";
    code.focus();
  }

  async function checkCode(id, button) {
    if (locked) return;
    const code = byId(`${id}_ver_input`);
    if (code.value.trim() === "") {
      show(byId(`${id}_fail_retry`), true);
      code.focus();
      return;
    }
    const pairs = [
      ["user_input", code.value.trim()],
      ["request_type", "VALIDATION_REQUEST"],
    ];
    if (!(await askServer(id, button, pairs, "T012"))) {
      code.focus();
      return;
    }
    setState(id, "verified");
    const next = all("#attributeList input:not([type=hidden]):enabled, #attributeList select:enabled").find(
      (control) => control.id !== id && control.offsetParent !== null,
    );
    (next ?? byId(`${id}_ver_but_edit`))?.focus();
  }

  function changeAddress(id) {
    if (locked) return;
    byId(`${id}_ver_input`).value = "";
    setState(id, "initial");
    byId(id).focus();
  }

  // Additions of our own look --------------------------------------------------------------------------------------------

  function addReveal(input) {
    const button = document.createElement("button");
    const name = (on) => (on ? texts.vb_hide_password : texts.vb_show_password);
    button.type = "button";
    button.className = "vb-reveal";
    button.textContent = texts.vb_show;
    button.setAttribute("aria-label", name(false));
    button.setAttribute("aria-controls", input.id);
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.textContent = shown ? texts.vb_hide : texts.vb_show;
      button.setAttribute("aria-label", name(shown));
    });
    input.classList.add("vb-revealable");
    input.parentElement.append(button);
    const place = () => {
      button.style.top = `${input.offsetTop}px`;
    };
    place();
    new ResizeObserver(place).observe(input.parentElement);
  }

  function tickRules(field) {
    const input = byId(field.ID);
    const list = byId(`${field.ID}_rules`);
    if (!input || !list || !field.INPUT_VALIDATION) return;
    const update = () => {
      const groups = field.INPUT_VALIDATION.PREDICATE_GROUPS;
      for (const line of all("li", list)) {
        const group = groups[Number(line.dataset.group)];
        if (!group) continue;
        const predicate =
          line.dataset.predicate === undefined ? undefined : group.PREDICATES[Number(line.dataset.predicate)];
        const met =
          input.value !== "" &&
          (predicate ? predicateHolds(predicate, fieldValue(field)) : groupHolds(group, fieldValue(field)));
        line.classList.toggle("vb-met", met);
      }
    };
    input.addEventListener("input", update);
    update();
  }

  function bindCopy(button) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
      } catch {
        return;
      }
      const label = button.textContent;
      button.textContent = button.dataset.copied;
      setTimeout(() => {
        button.textContent = label;
      }, 2000);
    });
  }

  /** Checks a field again while its error is shown; errors come up on submitting only (pages.md 6.2). */
  function bindFieldChecks(field) {
    const check = () => {
      const problem = problemOf(field);
      const mismatch = field.ID === "reenterPassword" && fieldValue(field) !== "" && passwordMismatch();
      fieldError(field.ID, problem?.message ?? (mismatch ? texts.field_password_mismatch : ""));
    };
    for (const control of controlsOf(field.ID)) {
      control.addEventListener("input", () => {
        if (entryOf(field.ID)?.querySelector('.error.itemLevel[aria-hidden="false"]')) check();
      });
    }
  }

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
    const waits = (input, action) =>
      input?.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.isComposing) return;
        event.preventDefault();
        event.stopPropagation();
        action();
      });
    waits(byId(id), () => byId(`${id}_ver_but_send`)?.click());
    waits(byId(`${id}_ver_input`), () => byId(`${id}_ver_but_verify`)?.click());
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
    const open = [...addresses].some((id) => stateOf(id) !== "verified");
    waiting = open
      ? fields()
          .filter((field) => !addresses.has(field.ID) && !isFixed(field))
          .flatMap((field) => controlsOf(field.ID))
          .filter((control) => control.disabled)
      : [];
    for (const field of fields()) {
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
})();
