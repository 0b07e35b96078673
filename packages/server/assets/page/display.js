// biome-ignore-all lint/correctness/noUnusedVariables: the parts of the script share one scope (src/pages/assets.ts).

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
  // In a display control the message stands inside the element that has the class.
  const ofProofs = "#api .verificationErrorText[id], #api .verificationErrorText > [id]";
  for (const error of all(`#api .error.pageLevel, ${ofProofs}`)) show(error, false);
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
    ...message.split("\n").flatMap((part, index) => (index ? [document.createElement("br"), part] : [part])),
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
