// Puts pages together from elements; text is always set as text, never as markup.

/** Makes an element: `element("a", { href: "/app" }, "Home")`. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** Replaces what the page shows. */
export function show(title, ...children) {
  const main = document.getElementById("main");
  document.title = `${title} – Sample application`;
  const heading = element("h1", { tabindex: "-1" }, title);
  main.replaceChildren(heading, ...children.filter((child) => child !== undefined));
  main.removeAttribute("aria-busy");
  heading.focus({ preventScroll: true });
}
