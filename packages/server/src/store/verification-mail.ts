import type { VerificationMail } from "@vestibule/engine";
import { escapeHtml } from "../html-text.ts";
import type { OutgoingMessage } from "./store.ts";

/** Texts of the verification mail; `{0}` is the organisation, `{1}` the address, `{2}` the code. */
const texts = {
  subject: "{0} account email verification code",
  heading: "Verify your email address",
  thanks: "Thanks for verifying your {1} account!",
  code: "Your code is: {2}",
  life: "The code is valid for 10 minutes. If you did not ask for it, you can ignore this mail.",
  greeting: "Sincerely,",
};

/** The mail that carries a one-time code. */
export function verificationMail(address: string, code: string, mail: VerificationMail): OutgoingMessage {
  // A line break in the configured name must not become a header of the mail.
  const organisation = mail.organisation.replace(/\s+/g, " ").trim();
  const fill = (text: string) =>
    text.replace(/\{([012])\}/g, (_, place: string) => [organisation, address, code][Number(place)] ?? "");
  const lines = [texts.heading, texts.thanks, texts.code, texts.life].map(fill);
  const closing = [fill(texts.greeting), organisation];
  const [heading = "", ...paragraphs] = lines;
  return {
    to: address,
    subject: fill(texts.subject),
    text: [...lines, closing.join("\n")].join("\n\n"),
    html: [
      "<!DOCTYPE html>",
      `<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(fill(texts.subject))}</title></head>`,
      '<body style="font-family:Segoe UI,Helvetica,Arial,sans-serif;line-height:1.5;max-width:34rem;margin:2rem auto;padding:0 1rem">',
      `<h1 style="font-size:1.4rem">${escapeHtml(heading)}</h1>`,
      ...paragraphs.map((line) => `<p>${emphasised(line, code)}</p>`),
      `<p>${closing.map(escapeHtml).join("<br>")}</p>`,
      "</body></html>",
    ].join("\n"),
    code,
  };
}

function emphasised(line: string, code: string): string {
  if (!line.endsWith(code)) return escapeHtml(line);
  return `${escapeHtml(line.slice(0, -code.length))}<strong style="font-size:1.3rem;letter-spacing:.1em">${code}</strong>`;
}
