// biome-ignore-all lint/correctness/noUnusedVariables: the parts of the script share one scope (src/pages/assets.ts).

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
  const problems = ownFields().flatMap((field) => {
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
  const open = openProof();
  if (problems.length === 0 && open && isControl(open)) {
    sayInControl(open, "error", controlText(open, "UserMessageIfVerificationControlClaimsNotVerified"));
    controlsToFill(open)[0]?.focus();
    return;
  }
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
  const posted = allFields().filter((field) => !field.IS_TEXT_IN_PARAGRAPH && !field.IS_LINK);
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
  button.setAttribute("aria-disabled", openProof() ? "true" : "false");
}
