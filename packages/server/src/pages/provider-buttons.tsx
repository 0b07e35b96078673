import type { PageProvider } from "@vestibule/engine";
import { contractAttributes } from "./contract-attributes.ts";
import type { PageFrame } from "./page-frame.ts";
import { Heading } from "./page-parts.tsx";

const knownMarks = ["google", "microsoft", "facebook", "github"] as const;

/** Class and letter by which our look draws a provider's mark. */
function mark(provider: PageProvider) {
  const names = `${provider.id} ${provider.description} ${provider.technicalProfile}`.toLowerCase();
  const known = knownMarks.find((name) => names.includes(name));
  return known === undefined
    ? { className: "vb-mark", letter: [...provider.description.trim()][0]?.toUpperCase() ?? "" }
    : { className: `vb-mark vb-mark-${known}`, letter: "" };
}

/** `div.claims-provider-list-buttons`: pages.md 3.2. */
export function ProviderButtons(props: {
  readonly frame: PageFrame;
  readonly providers: readonly PageProvider[];
  readonly intro: string;
  readonly autofocus: boolean;
  /** False where the page's own introduction says it already. */
  readonly introHeading?: boolean;
}) {
  const { frame, providers, intro } = props;
  const aria = frame.atLeast("2.1.10") ? {} : { "aria-level": 1 };
  return (
    <div
      class="claims-provider-list-buttons social"
      {...contractAttributes({ "aria-label": intro, role: "form" })}
    >
      {props.introHeading !== false && (
        <div class="intro">
          <h2 {...aria}>{intro}</h2>
        </div>
      )}
      <div class="options">
        {providers.map((provider, index) => {
          const { className, letter } = mark(provider);
          return (
            <div key={provider.id}>
              <button
                class={`accountButton${index === 0 ? " firstButton" : ""} claims-provider-selection${frame.ownLook ? ` ${className}` : ""}`}
                id={provider.id}
                type="submit"
                {...contractAttributes({ role: "link" })}
                form="b2cNav"
                name="claimsexchange"
                value={provider.id}
                {...(index === 0 && props.autofocus && { autofocus: true })}
                {...(frame.ownLook && letter !== "" && { "data-mark": letter })}
              >
                {provider.description}
              </button>
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Provider selection: pages.md 3.7. */
export function ProviderSelectionPage({ frame }: { readonly frame: PageFrame }) {
  const intro = frame.text("intro");
  const list = frame.model.providers;
  return (
    <>
      <Heading frame={frame} />
      <div class="intro">
        {frame.text("heading") === "" ? (
          <p {...contractAttributes({ role: "heading", "aria-level": 1 })}>{intro}</p>
        ) : (
          <p>{intro}</p>
        )}
      </div>
      {frame.atLeast("1.2.0") ? (
        <ProviderButtons frame={frame} providers={list} intro={intro} autofocus introHeading={false} />
      ) : (
        <div class="options">
          <ul>
            {list.map(({ id, description }) => (
              <li key={id}>
                <button
                  class="accountButton"
                  id={id}
                  type="submit"
                  form="b2cNav"
                  name="claimsexchange"
                  value={id}
                >
                  {description}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
