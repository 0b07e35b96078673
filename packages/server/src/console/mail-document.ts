import type { OutboxEntry } from "../store/store.ts";

/**
 * The policy of a mail's own document, which the outbox shows in a frame: no scripts, no forms, nothing is fetched, and
 * an origin of its own even where somebody opens the address by itself.
 */
export const mailPolicy =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/** A mail's HTML, readable in both colour schemes as mail programs show it: on white. */
export function mailDocument(entry: OutboxEntry): string {
  return `${entry.html}\n<style>:root{color-scheme:light;background:#fff}</style>\n`;
}
