// What the console does beyond plain HTML: lists that follow what happens, keys, copying. Everything works without it.

const refreshEvery = 2000;

document.documentElement.classList.add("scripted");
prepare(document);
setInterval(tick, 1000);

// Lists that follow what happens ------------------------------------------------------------------------------------

const isLive = document.querySelector("[data-live]") !== null;
let refreshing;
if (isLive) {
  setInterval(() => {
    if (!document.hidden && refreshing === undefined) refresh();
  }, refreshEvery);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
  });
}

/** Asks for this page again and takes over what changed in its live parts; focus and open parts stay. */
async function refresh() {
  refreshing?.abort();
  const mine = new AbortController();
  refreshing = mine;
  try {
    const answer = await fetch(location.href, { signal: mine.signal, headers: { accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const focused = document.activeElement;
    for (const part of document.querySelectorAll("[data-live]")) {
      const now = fresh.querySelector(`[data-live="${CSS.escape(part.dataset.live)}"]`);
      if (now) renewChildren(part, now);
    }
    if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
    prepare(document);
    connection(true);
  } catch (error) {
    if (error.name !== "AbortError") connection(false);
  } finally {
    if (refreshing === mine) refreshing = undefined;
  }
}

const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? (node.dataset.key ?? node.id ?? "") : "");

/** Makes the children of `old` those of `fresh`, keeping every node that stays what it is. */
function renewChildren(old, fresh) {
  const keyed = new Map();
  for (const child of old.children) if (keyOf(child) !== "") keyed.set(keyOf(child), child);
  let cursor = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const key = keyOf(wanted);
    const known = key === "" ? cursor : keyed.get(key);
    const fits = known?.nodeName === wanted.nodeName && keyOf(known) === key;
    if (!fits) {
      old.insertBefore(document.importNode(wanted, true), cursor);
      continue;
    }
    if (known === cursor) cursor = cursor.nextSibling;
    else old.insertBefore(known, cursor);
    renew(known, wanted);
  }
  while (cursor) {
    const next = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
}

function renew(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name, value } of fresh.attributes) {
    // What the person opened stays open; a copy button stays visible.
    if (name !== "hidden" && name !== "open" && old.getAttribute(name) !== value)
      old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (name !== "open" && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  renewChildren(old, fresh);
}

function connection(good) {
  let note = document.querySelector(".connection");
  if (good) return note?.remove();
  if (note) return;
  note = document.createElement("p");
  note.className = "connection";
  note.setAttribute("role", "status");
  document.body.append(note);
  note.textContent = "The server does not answer. This page goes on by itself when it does.";
}

// Times and copying -------------------------------------------------------------------------------------------------

function tick() {
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const text = relative(Date.parse(time.dateTime));
    if (time.textContent !== text) time.textContent = text;
  }
}

function relative(at) {
  const seconds = Math.max(0, Math.round((Date.now() - at) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}

function prepare(within) {
  for (const button of within.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    say(button, "Copied");
  } catch {
    say(button, "Not allowed");
  }
});

function say(button, words) {
  button.textContent = words;
  setTimeout(() => {
    button.textContent = "Copy";
  }, 1500);
}

// A replay waits for the API, half a minute at worst.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  const button = event.submitter;
  if (!button) return;
  if (button.getAttribute("aria-busy") === "true") event.preventDefault();
  button.setAttribute("aria-busy", "true");
});
// Back from another page by the back button.
addEventListener("pageshow", () => {
  for (const busy of document.querySelectorAll("button[aria-busy]")) busy.removeAttribute("aria-busy");
});

// Search --------------------------------------------------------------------------------------------------------------

const search = document.querySelector('.search input[type="search"]');
let typing;
search?.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const address = new URL(location.href);
    if (search.value.trim() === "") address.searchParams.delete("q");
    else address.searchParams.set("q", search.value.trim());
    history.replaceState(null, "", address);
    refresh();
  }, 150);
});

// Keys --------------------------------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inField = event.target.matches("input, textarea, select");
  if (event.key === "/" && !inField && search) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (inField && event.target !== search) return;
    if (moveInList(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
  } else if (event.key === "Escape") {
    closeInnermost(event);
  }
});

/** Moves the focus to the next row of a list; above the first one is the search field. */
function moveInList(by) {
  const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
  if (rows.length === 0) return false;
  const at = rows.indexOf(document.activeElement);
  // The arrows scroll the page until a row has the focus, unless a list is all that there is.
  if (at < 0 && document.activeElement !== search && search === null) return false;
  const next = at < 0 ? (by > 0 ? 0 : -1) : at + by;
  if (next < 0) {
    search?.focus();
    return search !== null;
  }
  rows[Math.min(next, rows.length - 1)].focus();
  return true;
}

/** Closes what is innermost: the search, an opened part, the record. */
function closeInnermost(event) {
  if (event.target === search) {
    search.value = "";
    search.dispatchEvent(new Event("input"));
    search.blur();
    return;
  }
  if (event.target.matches("input, textarea, select")) return event.target.blur();
  const part = event.target.closest("details[open]");
  if (part) {
    part.open = false;
    part.querySelector("summary").focus();
    return;
  }
  const up = document.querySelector("a[data-up]");
  if (up) location.assign(up.href);
}
