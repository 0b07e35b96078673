import sanitizeHtml from "sanitize-html";

// pages.md 4.5. `nl` is no HTML element; it stands in B2C's list all the same.
const allowedTags =
  "h1 u h2 h3 h4 h5 h6 blockquote p a ul ol nl li b i strong em strike code hr br div table thead caption tbody tr th td pre img video source span footer header nav main style meta title link section input form button marquee label".split(
    " ",
  );

const anyTag =
  "id class href name data-* aria-* type lang src sizes role placeholder title width height style".split(" ");

const options: sanitizeHtml.IOptions = {
  allowedTags: [...allowedTags, "html", "head", "body"],
  allowedAttributes: {
    "*": anyTag,
    form: ["method", "action", "target", "accept-charset", "novalidate"],
    input: ["value"],
    a: ["target"],
    img: ["alt"],
    video: ["controls", "preload", "poster"],
    meta: ["http-equiv", "content", "charset"],
    link: ["rel"],
  },
  allowedSchemes: ["http", "https", "mailto"],
  allowedSchemesAppliedToAttributes: ["href", "src", "action", "poster"],
  allowProtocolRelative: true,
  // `style` stays (B2C allows it); script and textarea go with what is in them.
  allowVulnerableTags: true,
  nonTextTags: ["script", "textarea", "option", "noscript"],
  // The style sheets' text is kept as it is, but `<` cannot open anything.
  parseStyleAttributes: false,
  exclusiveFilter: ({ tag, attribs }) => {
    if (tag === "meta") {
      const refreshes = (attribs["http-equiv"] ?? "").trim().toLowerCase() === "refresh";
      return refreshes || /data:/i.test(attribs.content ?? "");
    }
    return tag === "link" && /\bimport\b/i.test(attribs.rel ?? "");
  },
};

/**
 * What is left of a tenant's template where its scripts are not allowed (pages.md 4.5): no script, no event handler,
 * no address of another scheme than http, https and mailto.
 */
export function sanitiseTemplate(html: string): string {
  return sanitizeHtml(html, options);
}
