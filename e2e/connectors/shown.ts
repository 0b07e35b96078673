/** What the browser shows: a page of the server, or what the application was sent. */
export type Shown = ShownPage | ErrorPage | ApplicationAnswer;

export interface ShownPage {
  readonly kind: "page";
  readonly html: string;
  readonly headers: Headers;
  readonly base: string;
  readonly api: string;
  readonly csrf: string;
  readonly transId: string;
  readonly policy: string;
  /** Transaction id, which is the correlation id. */
  readonly tid: string;
}

export interface ErrorPage {
  readonly kind: "error";
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
}

export interface ApplicationAnswer {
  readonly kind: "application";
  readonly location: string;
  readonly fields: URLSearchParams;
}

/** The answer of a form post: the page's script reads `status` and `message`. */
export interface FormAnswer {
  readonly http: number;
  readonly text: string;
  readonly status: string;
  readonly message: string;
  readonly errorCode?: string;
  readonly fieldErrors: Readonly<Record<string, string>>;
}

export function actionAddress(
  page: ShownPage,
  action: string,
  parameters: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams({
    ...parameters,
    csrf_token: page.csrf,
    tx: page.transId,
    p: page.policy,
  });
  return `${page.base}/api/${page.api}/${action}?${query}`;
}

/** The page that must be there. */
export function aPage(shown: Shown): ShownPage {
  if (shown.kind !== "page") throw new Error(`no page: ${brief(shown)}`);
  return shown;
}

/** The application's answer that must be there. */
export function anAnswer(shown: Shown): ApplicationAnswer {
  if (shown.kind !== "application") throw new Error(`no answer for the application: ${brief(shown)}`);
  return shown;
}

/** `error: first line of error_description`, of an answer to the application. */
export function errorOf(shown: Shown): string {
  const { fields } = anAnswer(shown);
  return `${fields.get("error")}: ${(fields.get("error_description") ?? "").split("\r\n")[0]}`;
}

export function brief(shown: Shown): string {
  if (shown.kind === "application") return `application ${shown.location}`;
  const text = shown.html
    .replace(/<(script|style)[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");
  return `${shown.kind} ${text.slice(0, 600)}`;
}

/** The text that a person can read on the page. */
export function visibleText(shown: Shown): string {
  if (shown.kind === "application") throw new Error(`no page: ${shown.location}`);
  return unescapeHtml(
    shown.html
      .replace(/<head[\s\S]*?<\/head>/g, " ")
      .replace(/<(script|style|noscript|template)[\s\S]*?<\/\1>/g, " ")
      .replace(/<[^>]+>/g, " "),
  ).replace(/\s+/g, " ");
}

/** What a text field of the page holds. */
export function fieldValue(page: ShownPage, id: string): string | undefined {
  const tag = new RegExp(`<input[^>]*\\bid="${id}"[^>]*>`).exec(page.html)?.[0];
  if (tag === undefined) return undefined;
  return unescapeHtml(/\bvalue="([^"]*)"/.exec(tag)?.[1] ?? "");
}

/** Reads a page as the programs do that sign in to B2C: by regular expressions. */
export async function shown(response: Response): Promise<Shown> {
  const html = await response.text();
  const cut = (pattern: RegExp) => pattern.exec(html)?.[1] ?? "";
  const transId = cut(/"transId":"(.*?)"/);
  const { headers, status } = response;
  if (status !== 200 || transId === "") return { kind: "error", status, html, headers };
  const state = Buffer.from(transId.replace("StateProperties=", ""), "base64url").toString();
  return {
    ...{ kind: "page", html, headers, transId },
    base: cut(/"tenant":"(.*?)"/),
    api: cut(/"api":"(.*?)"/),
    csrf: cut(/"csrf":"(.*?)"/),
    policy: cut(/"policy":"(.*?)"/),
    tid: (JSON.parse(state) as { TID: string }).TID,
  };
}

export function applicationAnswer(location: string): ApplicationAnswer {
  const { search, hash } = new URL(location);
  return { kind: "application", location, fields: new URLSearchParams(search || hash.slice(1)) };
}

export async function formAnswer(response: Response): Promise<FormAnswer> {
  const text = await response.text();
  const body = (text.startsWith("{") ? JSON.parse(text) : {}) as Record<string, unknown>;
  return {
    http: response.status,
    text,
    status: String(body.status ?? ""),
    message: String(body.message ?? ""),
    ...(typeof body.errorCode === "string" && { errorCode: body.errorCode }),
    fieldErrors: (body.fieldErrors ?? {}) as Record<string, string>,
  };
}

/** The id of the button that leads to the sample provider. */
export function providerButton(html: string): string {
  const ids = [...html.matchAll(/<button[^>]*class="accountButton[^>]*>/g)].map(
    ([tag]) => /\bid="([^"]+)"/.exec(tag)?.[1] ?? "",
  );
  const found = ids.find((id) => id.includes("SampleSocial"));
  if (found === undefined) throw new Error(`the page offers no identity provider but ${ids}`);
  return found;
}

/** The fields of a form that a script would post by itself. */
export function hiddenFields(html: string): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [tag] of html.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(tag)?.[1];
    if (name !== undefined) fields.append(name, unescapeHtml(/value="([^"]*)"/.exec(tag)?.[1] ?? ""));
  }
  return fields;
}

export function unescapeHtml(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, digits: string) => String.fromCodePoint(Number(digits)))
    .replace(/&#x([0-9a-f]+);/gi, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 16)))
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
