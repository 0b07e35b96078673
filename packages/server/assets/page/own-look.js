// biome-ignore-all lint/correctness/noUnusedVariables: the parts of the script share one scope (src/pages/assets.ts).

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
      const value = fieldValue(field);
      const met =
        input.value !== "" &&
        (predicate ? predicateHolds(predicate, value) !== Boolean(group.REJECT) : groupHolds(group, value));
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
  // Only a policy that says so lets people finish typing first.
  const delay = Number(config().inputVerificationDelayTimeInMilliseconds) || 0;
  let waiting;
  const check = () => {
    const problem = problemOf(field);
    const mismatch = field.ID === "reenterPassword" && fieldValue(field) !== "" && passwordMismatch();
    fieldError(field.ID, problem?.message ?? (mismatch ? texts.field_password_mismatch : ""));
  };
  for (const control of controlsOf(field.ID)) {
    control.addEventListener("input", () => {
      if (!entryOf(field.ID)?.querySelector('.error.itemLevel[aria-hidden="false"]')) return;
      clearTimeout(waiting);
      waiting = setTimeout(check, delay);
    });
  }
}
