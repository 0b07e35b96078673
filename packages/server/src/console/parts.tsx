import type { ComponentChildren } from "preact";

/** A moment as "12 s ago", the exact one on hover; the script keeps it true. */
export function When({ at, now }: { readonly at: number; readonly now: number }) {
  const exact = new Date(at).toISOString();
  return (
    <time dateTime={exact} title={exact.replace("T", " ")} data-relative>
      {relativeTime(at, now)}
    </time>
  );
}

function relativeTime(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}

export type Tone = "good" | "bad" | "warn" | "quiet";

const marks: Readonly<Record<Tone, string>> = { good: "✓", bad: "✕", warn: "!", quiet: "·" };

/** A state: a word with a mark, so that it never depends on its colour. */
export function State({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return (
    <span class={`state ${tone}`}>
      <span class="mark" aria-hidden="true">
        {marks[tone]}
      </span>
      {children}
    </span>
  );
}

/** What would be here, and how to make it come. */
export function Empty({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="title">{title}</p>
      <p>{children}</p>
    </div>
  );
}

/** The search field of a list; without a script it is a form. */
export function Search({
  action,
  query,
  label,
}: {
  readonly action: string;
  readonly query: string;
  readonly label: string;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: `search` is not known to all browsers in use.
    <form class="search" role="search" action={action} method="get">
      <input type="search" name="q" value={query} placeholder={label} aria-label={label} autocomplete="off" />
      <span class="key" aria-hidden="true">
        /
      </span>
      <button type="submit">Search</button>
    </form>
  );
}

/** A table that scrolls sideways by itself where the screen is narrow; reachable by keyboard for that. */
export function TableFrame({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section class="table" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

/** A button that copies a text; the script shows it, since without one it could do nothing. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <button type="button" class="copy" data-copy={text} aria-label={`Copy ${what}`} hidden>
      Copy
    </button>
  );
}
