// biome-ignore-all lint/correctness/noUnusedVariables: the parts of the script share one scope (src/pages/assets.ts).

// The script of the pages; they work without it. It submits without a reload, checks fields, and offers the members of
// `$element`, `$i2e` and `$diags` that templates of tenants call. It adds no jQuery. The parts of this folder are sent as
// one file (src/pages/assets.ts). Data of the page (`SETTINGS`, `SA_FIELDS`, `CONTENT`) is read late: templates may
// change it before initialise.

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
const lookup = (id) => (window.CONTENT?.[id] === undefined ? (texts[id] ?? "") : decode(window.CONTENT[id]));
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
