import type { PageProblem, PageProvider } from "@vestibule/engine";
import { contractAttributes } from "./contract-attributes.ts";
import { exchangeUrl, type PageFrame } from "./page-frame.ts";

export function Heading({ frame }: { readonly frame: PageFrame }) {
  const heading = frame.text("heading");
  if (heading === "") return null;
  return (
    <div class="heading">
      <h1 {...contractAttributes({ role: "heading", "aria-level": 1 })}>{heading}</h1>
    </div>
  );
}

/** The page-level error of the combined page; after a refused native post it is shown and has the focus. */
export function PageError({ problem }: { readonly problem: PageProblem | undefined }) {
  const shown = problem !== undefined && problem.message !== "";
  return (
    <div
      class="error pageLevel"
      aria-hidden={shown ? "false" : "true"}
      role="alert"
      style={shown ? "display:block" : "display:none"}
      {...(shown && { tabindex: -1, autofocus: true })}
    >
      <p>{shown ? problem.message : ""}</p>
    </div>
  );
}

export function TextLinks(props: {
  readonly frame: PageFrame;
  readonly providers: readonly PageProvider[];
  readonly class: string;
}) {
  if (props.providers.length === 0) return null;
  return (
    <div class={props.class}>
      {props.providers.map(({ id, description }) => (
        <div key={id}>
          <a class="text-link" id={id} href={exchangeUrl(props.frame, id)}>
            {description}
          </a>
        </div>
      ))}
    </div>
  );
}
