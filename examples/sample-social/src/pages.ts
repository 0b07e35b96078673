import { people } from "./people.ts";

const style = `
:root { color-scheme: light dark; --ink: #1d2433; --soft: #5b6478; --paper: #fff; --back: #eef3f1; --line: #d5dcda;
  --accent: #0b6b57; --on-accent: #fff; --bad: #a4262c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9efed; --soft: #a4b0ac; --paper: #17201e; --back: #0d1413;
  --line: #34423f; --accent: #4fc3a5; --on-accent: #05221b; --bad: #ff9b9b; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--back);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 25rem; padding: 2rem; border: 1px solid var(--line); border-radius: 1rem;
  background: var(--paper); }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; }
h2 { margin: 1.75rem 0 .75rem; font-size: 1rem; }
p { margin: 0 0 1.25rem; color: var(--soft); }
p.problem { color: var(--bad); font-weight: 600; }
button, input { font: inherit; color: inherit; width: 100%; border-radius: .6rem; }
button { min-height: 3rem; cursor: pointer; }
button:focus-visible, input:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.person { display: grid; grid-template-columns: 2.5rem 1fr; gap: .75rem; align-items: center; margin-bottom: .6rem;
  padding: .6rem .75rem; text-align: left; border: 1px solid var(--line); background: transparent; }
.person:hover { border-color: var(--accent); }
.person b, .person small { display: block; }
.person small { color: var(--soft); overflow-wrap: anywhere; }
.initial { display: grid; place-items: center; height: 2.5rem; border-radius: 50%; background: var(--accent);
  color: var(--on-accent); font-weight: 600; }
label { display: block; margin-bottom: .75rem; }
input { min-height: 2.75rem; margin-top: .25rem; padding: .5rem .75rem; border: 1px solid var(--soft);
  background: var(--paper); }
.go { border: 0; background: var(--accent); color: var(--on-accent); font-weight: 600; }
.cancel { display: inline-block; margin-top: 1.25rem; color: var(--soft); }`;

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body><main>${body}</main></body>
</html>
`;
}

export interface SignInPage {
  readonly action: string;
  readonly cancel: string;
  readonly problem?: string;
  readonly email?: string;
  readonly name?: string;
}

/** The page on which one chooses who to be. It asks for no password: everybody here is invented. */
export function signInPage(options: SignInPage): string {
  const choices = people
    .map(
      ({ email, name }) => `<button class="person" name="person" value="${escapeHtml(email)}">
<span class="initial" aria-hidden="true">${escapeHtml(name.slice(0, 1))}</span>
<span><b>${escapeHtml(name)}</b><small>${escapeHtml(email)}</small></span></button>`,
    )
    .join("\n");
  const problem =
    options.problem === undefined ? "" : `<p class="problem" role="alert">${escapeHtml(options.problem)}</p>`;
  return page(
    "Sign in to Sample social",
    `<h1>Sample social</h1>
<p>A social network that exists only for trying things out. Who are you today?</p>
${problem}<form method="post" action="${escapeHtml(options.action)}">
${choices}
</form>
<h2>Somebody else</h2>
<form method="post" action="${escapeHtml(options.action)}">
<label>Email address
<input type="email" name="email" required maxlength="254" autocomplete="off" value="${escapeHtml(options.email ?? "")}"></label>
<label>Name
<input type="text" name="name" required maxlength="100" autocomplete="off" value="${escapeHtml(options.name ?? "")}"></label>
<button class="go">Continue</button>
</form>
<a class="cancel" href="${escapeHtml(options.cancel)}">Cancel</a>`,
  );
}

/** A page that says one thing. */
export function messagePage(title: string, text: string): string {
  return page(title, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>`);
}

/** Asks whether to sign out; `form` is the provider's own form with the id `op.logoutForm`. */
export function signOutPage(form: string): string {
  return page(
    "Sign out of Sample social",
    `<h1>Sample social</h1><p>Do you want to sign out here, too?</p>${form}
<button class="go" form="op.logoutForm" name="logout" value="yes">Sign out</button>`,
  );
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
