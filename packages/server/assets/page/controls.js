// biome-ignore-all lint/correctness/noUnusedVariables: the parts of the script share one scope (src/pages/assets.ts).

// Display controls that prove something with a code (pages.md 1.8, 3.5) --------------------------------------------------

const isControl = (field) => field.USER_INPUT_TYPE === "DisplayControl";
const isProof = (field) => field.UX_INPUT_TYPE === "VerificationControl";
/** Fields of the page itself, and those of its controls in their places. */
const ownFields = () => fields().filter((field) => !isControl(field));
const allFields = () => fields().flatMap((field) => (isControl(field) ? field.DISPLAY_FIELDS : [field]));

const isCode = (field) => field.CONTROL_CLAIM === "VerificationCode";
const controlStates = new Map();

function controlState(control) {
  const visible = (element) => element?.getAttribute("aria-hidden") === "false";
  if (!controlStates.has(control.ID)) {
    const verified = visible(byId(`${control.ID}_success_message`));
    const sent = visible(byId(`${control.ID}_but_verify_code`));
    controlStates.set(
      control.ID,
      sent ? "sent" : verified || lockedControl(control) ? "verified" : "initial",
    );
  }
  return controlStates.get(control.ID);
}

/** After a refused last step of a proof that stands, only the error is shown: the other buttons tell. */
const lockedControl = (control) =>
  byId(`${control.ID}_but_send_code`)?.getAttribute("aria-hidden") === "true" &&
  byId(`${control.ID}_but_verify_code`)?.getAttribute("aria-hidden") === "true";

const controlText = (control, id) => decode(control.DISPLAY_CONTROL_CONTENT?.[id]);

function setControlState(control, state) {
  const id = control.ID;
  controlStates.set(id, state);
  const shown = {
    send_code: state === "initial",
    verify_code: state === "sent",
    send_new_code: state === "sent",
    change_claims: state === "verified" || (state === "sent" && ownLook()),
  };
  for (const [name, visible] of Object.entries(shown)) show(byId(`${id}_but_${name}`), visible, "inline");
  for (const field of control.DISPLAY_FIELDS) {
    if (isCode(field)) {
      show(byId(field.ID)?.closest("li"), state === "sent");
      continue;
    }
    if (isFixed(field)) continue;
    for (const element of controlsOf(field.ID)) setLocked(element, state !== "initial");
  }
  const info = controlText(control, state === "sent" ? "success_send_code_msg" : "intro_msg");
  sayInControl(control, state === "verified" ? "success" : "info", state === "verified" ? undefined : info);
  releaseWaiting();
  updateContinue();
}

function setLocked(element, on) {
  element.disabled = on;
  element.tabIndex = on ? -1 : 0;
  if (on) element.setAttribute("aria-disabled", "true");
  else element.removeAttribute("aria-disabled");
}

/** Exactly one of the three messages of a control speaks. */
function sayInControl(control, kind, text) {
  for (const name of ["info", "success", "error"]) {
    const element = byId(`${control.ID}_${name}_message`);
    if (!element) continue;
    if (name === kind && text !== undefined) element.textContent = text;
    show(element, name === kind && element.textContent.trim() !== "");
  }
}

/** The values of a control's fields; `false` after showing what is wrong with them. */
function controlPairs(control, wanted) {
  const chosen = control.DISPLAY_FIELDS.filter(wanted);
  for (const { ID } of control.DISPLAY_FIELDS) fieldError(ID, "");
  const problems = chosen.flatMap((field) => {
    const problem = problemOf(field);
    return problem === undefined ? [] : [[field.ID, problem.message]];
  });
  for (const [id, message] of problems) fieldError(id, message);
  if (problems.length > 0) {
    controlsOf(problems[0][0])[0]?.focus();
    return false;
  }
  return control.DISPLAY_FIELDS.filter((field) => wanted(field) || !isCode(field))
    .filter((field) => !field.IS_TEXT_IN_PARAGRAPH && !field.IS_LINK)
    .map((field) => [field.ID, fieldValue(field)]);
}

async function runControl(control, action, button, pairs, failure, code) {
  show(byId("claimVerificationServerError"), false);
  setBusy(button, "vb_wait_code");
  const started = Date.now();
  const endpoint = `${window.SETTINGS.api}/DisplayControlAction/vbeta/${encodeURIComponent(control.ID)}/${action}`;
  let answer;
  try {
    answer = await sendDataWithRetry(encodeForm(pairs), endpoint);
  } catch {
    answer = undefined;
  }
  trace(code, started);
  release();
  if (answer?.status === "200") return true;
  sayInControl(control, "error", answer?.message || controlText(control, failure));
  return false;
}

async function sendControlCode(control, button) {
  if (locked) return;
  const pairs = controlPairs(control, (field) => !isCode(field));
  if (!pairs) return;
  if (!(await runControl(control, "SendCode", button, pairs, "failure_send_code_msg", "T011"))) return;
  setControlState(control, "sent");
  const [code] = controlsToFill(control);
  if (!code) return;
  code.value = "";
  code.focus();
}

async function checkControlCode(control, button) {
  if (locked) return;
  const pairs = controlPairs(control, isCode);
  if (!pairs) return;
  if (!(await runControl(control, "VerifyCode", button, pairs, "failure_verify_code_msg", "T012"))) {
    controlsToFill(control)[0]?.focus();
    return;
  }
  setControlState(control, "verified");
  const next = all("#attributeList input:not([type=hidden]):enabled, #attributeList select:enabled").find(
    (element) => element.offsetParent !== null && !byId(control.ID)?.contains(element),
  );
  (next ?? byId(`${control.ID}_but_change_claims`))?.focus();
}

/** What a person has to fill in now: the code once it was sent, before that what is to be proved. */
function controlsToFill(control) {
  const code = controlState(control) === "sent";
  return control.DISPLAY_FIELDS.filter((field) => isCode(field) === code).flatMap((field) =>
    controlsOf(field.ID),
  );
}

function changeControlClaims(control) {
  if (locked) return;
  for (const field of control.DISPLAY_FIELDS.filter(isCode))
    for (const element of controlsOf(field.ID)) element.value = "";
  setControlState(control, "initial");
  controlsToFill(control)[0]?.focus();
}

function bindControl(control) {
  const { ID: id } = control;
  controlState(control);
  onClick(byId(`${id}_but_send_code`), (button) => sendControlCode(control, button));
  onClick(byId(`${id}_but_send_new_code`), (button) => sendControlCode(control, button));
  onClick(byId(`${id}_but_verify_code`), (button) => checkControlCode(control, button));
  onClick(byId(`${id}_but_change_claims`), () => changeControlClaims(control));
  for (const field of control.DISPLAY_FIELDS) {
    const button = isCode(field) ? "verify_code" : "send_code";
    for (const element of controlsOf(field.ID)) onEnter(element, () => byId(`${id}_but_${button}`)?.click());
  }
}
