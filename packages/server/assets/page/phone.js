// biome-ignore-all lint/correctness/noUnusedVariables: the parts of the script share one scope (src/pages/assets.ts).

// Proof of a phone (pages.md 1.10, 3.6) ----------------------------------------------------------------------------------

const stages = { choose: "#phonefactor_initial", code: "#codeVerification", call: ".dialing-modal" };
let wrongCodes = 0;
let ringing;

function setPhoneStage(stage) {
  clearTimeout(ringing);
  for (const [name, selector] of Object.entries(stages)) {
    const part = document.querySelector(selector);
    show(part, name === stage);
    const cancel = part?.querySelector("button.cancel");
    // One id, one element: the stage that is shown has it.
    if (name === stage) cancel?.setAttribute("id", "cancel");
    else cancel?.removeAttribute("id");
  }
  phoneError("");
}

/** The sentence at the numbers or at the code, whichever is shown. */
function phoneError(text) {
  const code = byId("codeVerification");
  const atCode = code?.getAttribute("aria-hidden") === "false";
  say(atCode ? code.querySelector(".error.itemLevel") : byId("errorMessage"), text);
  const input = byId("verificationCode");
  if (atCode && text !== "") input?.setAttribute("aria-invalid", "true");
  else input?.removeAttribute("aria-invalid");
  if (!atCode && text !== "") showPageError(byId("errorMessage"));
}

/** Resolves with the status, 500 where no answer came. */
async function askPhone(pairs, button, code) {
  setBusy(button, "vb_wait_code");
  const started = Date.now();
  let answer;
  try {
    answer = await sendDataWithRetry(encodeForm(pairs), "Phonefactor/verify");
  } catch {
    answer = undefined;
  }
  trace(code, started);
  release();
  // A journey that is over, or a page that was left behind.
  if (answer?.message) phoneError(answer.message);
  return { status: Number(answer?.status ?? 500), told: answer?.message !== undefined };
}

const number = () => byId("number") ?? byId("localNumber");

/** The chosen or typed number; undefined where it is not complete, which is said. */
function phonePairs() {
  const entry = byId("phoneEntry");
  if (!entry) {
    const chosen = document.querySelector('#phoneNumbers input[name="id"]:checked');
    return [["id", chosen?.value ?? "1"]];
  }
  const typed = number().value.trim();
  const country = byId("countryCode").value;
  const international = typed.startsWith("+");
  const wrong =
    country === "" && !international
      ? [byId("countryCode"), "requiredField_countryCode"]
      : typed === ""
        ? [number(), "requiredField_number"]
        : typed.replace(/\D/g, "").length < 4
          ? [number(), "invalid_number"]
          : undefined;
  if (!wrong) {
    return [
      ["id", "0"],
      ["country_code", country],
      ["number", typed],
    ];
  }
  phoneError(lookup(wrong[1]));
  wrong[0].focus();
  return undefined;
}

async function sendToPhone(button, by) {
  if (locked) return;
  phoneError("");
  const pairs = phonePairs();
  if (!pairs) return;
  const { status, told } = await askPhone(
    [["request_type", "VERIFICATION_REQUEST"], ["auth_type", by], ...pairs],
    button,
    "T006",
  );
  if (told) return;
  if (status === 200) {
    if (by === "dialphone") ring();
    else startCode();
    return;
  }
  const texts = {
    429: by === "dialphone" ? "error_phone_throttled" : "error_sms_throttled",
    448: "error_448",
  };
  phoneError(lookup(texts[status] ?? "error_tryagain"));
}

function startCode() {
  setPhoneStage("code");
  byId("verificationCode").value = "";
  byId("verificationCode").focus();
}

async function checkPhoneCode() {
  if (locked) return;
  const input = byId("verificationCode");
  const code = input.value.trim();
  phoneError("");
  if (!/^\d{6}$/.test(code)) {
    phoneError(lookup(code === "" ? "requiredField_code" : "invalid_code"));
    input.focus();
    return;
  }
  const { status, told } = await askPhone(
    [
      ["request_type", "VALIDATION_REQUEST"],
      ["verification_code", code],
    ],
    byId("verifyCode"),
    "T007",
  );
  if (status === 200) {
    redirectToServer("confirmed");
    return;
  }
  if (told) return;
  if (status === 449) {
    wrongCodes += 1;
    // The application is told; the server counts, too.
    if (wrongCodes >= (Number(window.SETTINGS.retryLimit) || 3)) {
      phoneError(lookup("error_449"));
      redirectToServer("confirmed");
      return;
    }
  }
  input.value = "";
  const texts = { 449: "error_incorrect_code", 400: "error_incorrect_code", 429: "error_throttled" };
  phoneError(lookup(texts[status] ?? "error_tryagain"));
  input.focus();
}

function ring() {
  setPhoneStage("call");
  show(byId("callAnswered"), false);
  const shown = document.querySelector("#phoneNumbers input:checked")?.closest(".phoneNumber");
  const masked =
    (shown ?? document.querySelector("#phoneNumbers .phoneNumber"))?.textContent.trim() ??
    `XXX-XXX-${number().value.replace(/\D/g, "").slice(-4)}`;
  byId("dialing_number").textContent = masked;
  poll(0);
}

function poll(count) {
  const interval = Math.max(500, Number(config().pollIntervalInMilliseconds) || 5000);
  ringing = setTimeout(async () => {
    let answer;
    try {
      answer = await sendDataWithRetry(
        encodeForm([["request_type", "VALIDATION_REQUEST"]]),
        "Phonefactor/verify",
      );
    } catch {
      answer = { status: "449" };
    }
    const status = Number(answer?.status);
    if (byId("phonefactor_initial").getAttribute("aria-hidden") === "false") return;
    if (status === 200) redirectToServer("confirmed");
    else if (status === 449 && count + 1 < (Number(config().pollLimit) || 20)) poll(count + 1);
    else {
      setPhoneStage("choose");
      phoneError(lookup("error_tryagain"));
    }
  }, interval);
}

function initializePhone(form) {
  form.addEventListener("submit", (event) => event.preventDefault());
  onClick(byId("sendCode"), (button) => sendToPhone(button, "onewaysms"));
  onClick(byId("retryCode"), (button) => sendToPhone(button, "onewaysms"));
  onClick(byId("verifyPhone"), (button) => sendToPhone(button, "dialphone"));
  onClick(byId("verifyCode"), checkPhoneCode);
  for (const button of all("#api button.cancel")) onClick(button, () => leave(button, "cancelled"));
  for (const button of all("#api button.changeNumber")) onClick(button, () => setPhoneStage("choose"));
  const code = byId("verificationCode");
  code.addEventListener("input", () => {
    if (String(config().autosubmit ?? "true").toLowerCase() !== "false" && /^\d{6}$/.test(code.value.trim()))
      checkPhoneCode();
  });
  const enter = (input, action) =>
    input?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      action();
    });
  const first = () =>
    [byId("sendCode"), byId("verifyPhone")].find((button) => button?.style.display !== "none")?.click();
  enter(code, checkPhoneCode);
  enter(number(), first);
  if (document.querySelector(stages.call)?.getAttribute("aria-hidden") === "false") ring();
  const known = window.UV_PHONE?.PhoneNumbers ?? [];
  const waits = document.querySelector(stages.choose)?.getAttribute("aria-hidden") === "false";
  // By itself where there is one number and one way, and nothing went wrong before.
  if (
    String(config().autodial).toLowerCase() === "true" &&
    config().authenticationMode !== "mixed" &&
    known.length === 1 &&
    waits &&
    byId("errorMessage").getAttribute("aria-hidden") !== "false"
  ) {
    first();
  }
}
