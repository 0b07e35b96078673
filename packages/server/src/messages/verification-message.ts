import type { VerificationMail } from "@vestibule/engine";
import type { OutgoingMessage } from "../store/store.ts";

/** B2C's texts of the verification mail; {0} is the organisation. */
const english = {
  subject: "{0} account email verification code",
  title: "Verify your email address",
  intro: "Thanks for verifying your {0} account!",
  code: "Your code is: {1}",
  validity: "The code can be used for 10 minutes. If you did not ask for it, you can ignore this message.",
  closing: "Sincerely,",
};

/** The mail that carries a one-time code (user-flows.md 8). Texts are English; other languages fall back to it. */
export function verificationMessage(to: string, code: string, mail: VerificationMail): OutgoingMessage {
  const fill = (text: string) => text.replace("{0}", () => mail.organisation).replace("{1}", () => code);
  const lines = {
    title: english.title,
    intro: fill(english.intro),
    code: fill(english.code),
    validity: english.validity,
    closing: english.closing,
    organisation: mail.organisation,
  };
  return {
    to,
    subject: fill(english.subject).replace(/\s+/g, " ").trim(),
    text: `${lines.intro}\n\n${lines.code}\n\n${lines.validity}\n\n${lines.closing}\n${lines.organisation}\n`,
    html: html(lines, code),
    code,
  };
}

function html(lines: Readonly<Record<string, string>>, code: string): string {
  const line = (name: string) => escapeHtml(lines[name] ?? "");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${line("title")}</title></head>
<body style="margin:0;padding:24px;background:#f3f4f6;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:#1f2937">
<div style="max-width:30rem;margin:0 auto;padding:32px;background:#ffffff;border-radius:12px">
<h1 style="margin:0 0 16px;font-size:20px">${line("title")}</h1>
<p style="margin:0 0 16px">${line("intro")}</p>
<p style="margin:0 0 16px">${line("code").replace(escapeHtml(code), (digits) => `<strong style="font-size:24px;letter-spacing:.15em">${digits}</strong>`)}</p>
<p style="margin:0 0 16px;color:#4b5563">${line("validity")}</p>
<p style="margin:0">${line("closing")}<br>${line("organisation")}</p>
</div></body></html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
