import { defaultTreeAdapter as adapter, parse, type DefaultTreeAdapterTypes as Tree } from "parse5";
import { describe, expect, it } from "vitest";
import type { PageView } from "./contract.ts";
import { sampleView, signInModel } from "./pages.fixture.ts";
import { createPageRenderer } from "./renderer.tsx";
import { sanitiseTemplate } from "./sanitiser.ts";
import { TemplateWithoutApiError } from "./template.ts";

const renderer = createPageRenderer({ jQueryUrl: "/static/jquery.js" });

function* elements(node: Tree.ParentNode): Generator<Tree.Element> {
  for (const child of node.childNodes) {
    if (!adapter.isElementNode(child)) continue;
    yield child;
    yield* elements(child);
  }
}

function pageIn(html: string, more: Partial<PageView> = {}, scriptsAllowed = false): string {
  const model = {
    ...signInModel,
    scriptsAllowed,
    contentDefinition: { ...signInModel.contentDefinition, version: "2.1.5" },
  };
  return renderer.page(sampleView(model, { template: { html, url: "https://cdn.example/u.html" }, ...more }))
    .html;
}

const template = `<!doctype html><html lang="fr" onload="x()"><head><title>Their title</title><link rel="shortcut icon">
<script>window.head = SETTINGS.api</script></head>
<body class="lost" onload="x()"><h2>Before</h2><script>window.early=1</script>
<div id="api" role="main" class="theirs" data-name="Theirs" onclick="x()">old</div><p>After</p><div id="api">second</div>
<script>window.late=1</script></body></html>`;

describe("a tenant's template", () => {
  it("gets the page in the place of its first #api, with the template's attributes", () => {
    const html = pageIn(template);
    expect(html).toContain(
      '<div id="api" data-name="Theirs" role="main" class="theirs"><div class="heading">',
    );
    expect(html).not.toContain(">old<");
    expect(html.indexOf("Before")).toBeLessThan(html.indexOf("localAccountForm"));
    expect(html.indexOf(">After<")).toBeGreaterThan(html.indexOf("localAccountForm"));
  });

  it("loses the attributes of html and body, and our look", () => {
    const html = pageIn(template);
    expect(html).toContain('<html lang="en">');
    expect(html).not.toContain("lost");
    expect(html).not.toContain("page.css");
    expect(html).not.toMatch(/class="[^"]*vb-mark/);
  });

  it("keeps its own title and makes an icon without an address the blank one", () => {
    const html = pageIn(template);
    expect(html.match(/<title>/g)).toHaveLength(1);
    expect(html).toContain("<title>Their title</title>");
    expect(html.match(/rel="[^"]*icon"/g)).toHaveLength(1);
  });

  it("has the page's data before its own head", () => {
    const html = pageIn(template, {}, true);
    const places = ["var SETTINGS", "jquery.js", 'data-script="element"', "window.head"].map((part) =>
      html.indexOf(part),
    );
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });

  it("runs its body scripts after the page is initialised, in order", () => {
    const html = pageIn(template, {}, true);
    const places = ["second", "$element.initialize()", "window.early=1", "window.late=1", "</body>"].map(
      (part) => html.indexOf(part),
    );
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });

  it("drops body scripts from layout 2.1.10 on, head scripts stay", () => {
    const model = { ...signInModel, scriptsAllowed: true };
    const { html } = renderer.page(sampleView(model, { template: { html: template, url: "" } }));
    expect(html).toContain("window.head");
    expect(html).not.toContain("window.early");
  });

  it("reports violations only where its scripts are allowed", () => {
    const view = (scriptsAllowed: boolean) =>
      renderer.page(
        sampleView({ ...signInModel, scriptsAllowed }, { template: { html: template, url: "" } }),
      );
    expect(view(true).contentSecurityPolicy.enforce).toBe(false);
    expect(view(false).contentSecurityPolicy.enforce).toBe(true);
  });

  it("has no script of its own where they are not allowed", () => {
    const html = pageIn(template);
    expect(html).not.toMatch(/window\.(head|early|late)|onload|onclick|initialize/);
    expect(html.match(/<script/g)).toHaveLength(3);
  });

  it("is refused without #api", () => {
    expect(() => pageIn("<p>no place</p>")).toThrow(TemplateWithoutApiError);
  });

  it("takes a fragment, too", () => {
    expect(pageIn("<p>Hi</p><div id=api></div>")).toContain('<p>Hi</p><div id="api" data-name="Unified">');
  });

  it("shows the tenant's logo, background and colour", () => {
    const branded = `<div id="background_branding_container" data-tenant-branding-background-color="true">
      <img data-tenant-branding-background="true"></div><img data-tenant-branding-logo="true" style="display:none"><div id="api"></div>`;
    const html = pageIn(branded, {
      branding: {
        tokens: {},
        bannerLogo: "logo.png",
        backgroundImage: "https://cdn.example/b.jpg",
        backgroundColor: "#123456",
      },
    });
    expect(html).toContain(
      '<img data-tenant-branding-logo="true" style="" src="/contoso.onmicrosoft.com/assets/logo.png">',
    );
    expect(html).toContain('src="https://cdn.example/b.jpg"');
    expect(html).toContain("#background_branding_container{background-color:#123456}");
  });

  it("loses frames even where scripts are allowed", () => {
    expect(pageIn('<iframe src="https://x.example"></iframe><div id="api"></div>', {}, true)).not.toContain(
      "<iframe",
    );
  });
});

describe("the sanitiser", () => {
  it.each([
    ["<script>alert(1)</script>", ""],
    ["<textarea>x</textarea>y", "y"],
    ['<a href="javascript:alert(1)">x</a>', "<a>x</a>"],
    ['<a href="JaVa\tScript:alert(1)">x</a>', "<a>x</a>"],
    ['<a href="//cdn.example/x">x</a>', '<a href="//cdn.example/x">x</a>'],
    ['<a href="mailto:a@b.example" onclick="x()">x</a>', '<a href="mailto:a@b.example">x</a>'],
    ['<img src="x.png" onerror="x()" alt="y">', '<img src="x.png" alt="y" />'],
    ['<img src="data:image/png;base64,AA">', "<img />"],
    ['<meta http-equiv="refresh" content="0;url=https://x.example">', ""],
    ['<meta content="data:text/html,x">', ""],
    ['<link rel="import" href="https://x.example">', ""],
    [
      '<link rel="stylesheet" href="https://x.example/a.css">',
      '<link rel="stylesheet" href="https://x.example/a.css" />',
    ],
    ['<svg><script>alert(1)</script><a href="x">y</a></svg>', '<a href="x">y</a>'],
    ["<font color=red>x</font>", "x"],
    [
      '<form action="javascript:alert(1)" onsubmit="x()"><input value="1" onfocus="x()"></form>',
      '<form><input value="1" /></form>',
    ],
    [
      '<div data-tenant-branding-logo="true" aria-label="x" style="color:red">x</div>',
      '<div data-tenant-branding-logo="true" aria-label="x" style="color:red">x</div>',
    ],
    ["<style>a{color:red}</style>", "<style>a{color:red}</style>"],
    ["<base href='https://evil.example'>", ""],
    ["<object data='x'></object><embed src='x'>", ""],
  ])("%s becomes %s", (html, expected) => {
    expect(sanitiseTemplate(html)).toBe(expected);
  });

  it.each([
    "<style></style><img src=x onerror=alert(1)>",
    "<style><img src='</style><img src=x onerror=alert(1)>'></style>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<title><a id='</title><img src=x onerror=alert(1)>'></title>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<scr<script>ipt>alert(1)</script>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<button formaction='javascript:alert(1)'>x</button>",
  ])("%s runs nothing after it was parsed again", (attack) => {
    const risky = [...elements(parse(pageIn(`${attack}<div id="api"></div>`)))].filter(
      ({ tagName, attrs }) =>
        (tagName === "script" && !attrs.some((one) => one.name === "nonce")) ||
        attrs.some((one) => one.name.startsWith("on") || /^\s*javascript:/i.test(one.value)),
    );
    expect(risky).toEqual([]);
  });
});
