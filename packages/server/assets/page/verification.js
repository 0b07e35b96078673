// biome-ignore-all lint/correctness/noUnusedVariables: the parts of the script share one scope (src/pages/assets.ts).

// Verification of an address (pages.md 1.7, 3.4) -----------------------------------------------------------------------

const states = new Map();
/** Controls that wait for the verification, from layout 2.1.18 on. */
const waiting = [];

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
  releaseWaiting();
  updateContinue();
}

/** The first proof on the page that is still open: of an address, or of a display control. */
const openProof = () =>
  fields().find((field) =>
    isProof(field) ? controlState(field) !== "verified" : field.VERIFY && stateOf(field.ID) !== "verified",
  );

function releaseWaiting() {
  const open = openProof() !== undefined;
  for (const control of waiting) setLocked(control, open);
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
  const offPattern = field?.PAT && expression(field.PAT)?.test(address) === false;
  const complete = address !== "" && !input.validity?.typeMismatch;
  if (!complete || offPattern) {
    const problem = byId(`${id}_incorrect_format`);
    problem.dataset.text ??= problem.textContent;
    // An address that is one, but not of those that are wanted: the policy's author says which these are.
    problem.textContent = (complete && decode(field.PAT_DESC ?? "")) || problem.dataset.text;
    show(problem, true);
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
