import { randomBytes } from "node:crypto";
import type { FastifyReply } from "fastify";
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { consoleAssets } from "./assets.ts";

/** One page of the console. */
export interface ConsolePage {
  readonly title: string;
  /** Path of the section that it belongs to, for the navigation. */
  readonly section: Section;
  readonly content: ComponentChildren;
  readonly status?: number;
}

const sections = [
  ["/dev", "Run now"],
  ["/dev/journeys", "Journeys"],
  ["/dev/calls", "Calls"],
  ["/dev/outbox", "Outbox"],
  ["/dev/notifications", "Notifications"],
] as const;

export type Section = (typeof sections)[number][0];

/** What every answer of the console carries: it shows personal data, so nothing of it is kept or shared. */
export function guardHeaders(reply: FastifyReply): FastifyReply {
  return reply
    .header("Cache-Control", "no-store")
    .header("Referrer-Policy", "same-origin")
    .header("X-Frame-Options", "DENY")
    .header("Cross-Origin-Opener-Policy", "same-origin")
    .header("Cross-Origin-Resource-Policy", "same-origin");
}

export function sendPage(reply: FastifyReply, page: ConsolePage): FastifyReply {
  const nonce = randomBytes(16).toString("base64");
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "img-src data:",
    "connect-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return reply
    .code(page.status ?? 200)
    .header("Content-Security-Policy", policy.join("; "))
    .type("text/html; charset=utf-8")
    .send(`<!DOCTYPE html>\n${renderToString(<Document page={page} nonce={nonce} />)}`);
}

function Document({ page, nonce }: { readonly page: ConsolePage; readonly nonce: string }) {
  const { style, script } = consoleAssets();
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${page.title} · Vestibule console`}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={style.url} nonce={nonce} />
        <script src={script.url} nonce={nonce} type="module" />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <header class="bar">
          <a class="home" href="/dev">
            <span class="mark" aria-hidden="true" />
            Vestibule
          </a>
          <nav aria-label="Console">
            {sections.map(([path, name]) => (
              <a href={path} key={path} {...(path === page.section && { "aria-current": "page" })}>
                {name}
              </a>
            ))}
          </nav>
        </header>
        <main id="main" tabIndex={-1}>
          {page.content}
        </main>
      </body>
    </html>
  );
}
