import type { ClaimValue, TraceEntry } from "@vestibule/engine";
import type { ClaimsBefore } from "./journeys.ts";
import { State } from "./parts.tsx";

type Verdicts = NonNullable<TraceEntry["preconditions"]>;

/** Every precondition that was asked, with what it found and what followed. */
export function Preconditions({ verdicts, skips }: { readonly verdicts: Verdicts; readonly skips: string }) {
  return (
    <ul class="preconditions">
      {verdicts.map((verdict, index) => (
        <li key={index}>
          <State tone={verdict.skips ? "warn" : "quiet"}>
            {verdict.skips ? `skips ${skips}` : "goes on"}
          </State>{" "}
          <span class="wrap">
            <code>{conditionText(verdict)}</code> <span class="faint">{foundText(verdict)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** `skip if objectId exists`, as the policy asks. */
function conditionText({ type, values, executeActionsIf }: Verdicts[number]): string {
  if (type === "ClaimsExist")
    return `skip if ${values.join(" and ")} ${executeActionsIf ? "has a value" : "has no value"}`;
  const [claim = "", literal = ""] = values;
  return `skip if ${claim} ${executeActionsIf ? "is" : "is not"} "${literal}"`;
}

function foundText({ type, values, found }: Verdicts[number]): string {
  if (found !== undefined) return `it is ${valueText(found)}`;
  return type === "ClaimEquals"
    ? "it has no value, so that it is not compared"
    : values.length > 1
      ? "not all of them have one"
      : "it has none";
}

export function Inputs({
  inputs,
  id,
}: {
  readonly inputs: Readonly<Record<string, ClaimValue>>;
  readonly id: string;
}) {
  const entries = Object.entries(inputs);
  return (
    <details id={id}>
      <summary data-row>
        in: <span class="mono faint">{entries.map(([name]) => name).join(", ")}</span>
      </summary>
      <table class="difference">
        <thead>
          <tr>
            <th scope="col">Claim</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(([name, value]) => (
            <tr key={name}>
              <th scope="row" class="mono">
                {name}
              </th>
              <Value value={value} side="" />
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** What one thing changed. */
export function Changes({
  claims,
  id,
}: {
  readonly claims: NonNullable<TraceEntry["claims"]>;
  readonly id: string;
}) {
  const changes = Object.entries(claims);
  return (
    <details id={id}>
      <summary data-row>
        {changes.length === 1 ? "1 claim" : `${changes.length} claims`}:{" "}
        <span class="mono faint">{changes.map(([name]) => name).join(", ")}</span>
      </summary>
      <Difference
        rows={changes.map(([name, { before, after }]) => ({ name, before, after, changed: true }))}
      />
    </details>
  );
}

/** All claims of the journey before and after a part of it. */
export function ClaimsAround({ around, id }: { readonly around: ClaimsBefore; readonly id: string }) {
  const { before, after } = around;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  if (names.length === 0) return null;
  const rows = names.map((name) => ({
    name,
    before: before[name],
    after: after[name],
    changed: before[name] !== after[name],
  }));
  const changed = rows.filter((row) => row.changed).length;
  return (
    <details id={id} class="around">
      <summary data-row>
        All claims before and after{" "}
        <span class="faint">
          ({names.length}, {changed === 0 ? "none changed" : `${changed} changed`})
        </span>
      </summary>
      <Difference rows={rows} />
    </details>
  );
}

interface Row {
  readonly name: string;
  readonly before: ClaimValue | undefined;
  readonly after: ClaimValue | undefined;
  readonly changed: boolean;
}

function Difference({ rows }: { readonly rows: readonly Row[] }) {
  return (
    <table class="difference">
      <thead>
        <tr>
          <th scope="col">Claim</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, before, after, changed }) => (
          <tr key={name}>
            <th scope="row" class="mono">
              {name}
            </th>
            <Value value={before} side={changed ? "before" : ""} />
            <Value value={after} side={changed ? "after" : ""} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ value, side }: { readonly value: ClaimValue | undefined; readonly side: string }) {
  return value === undefined ? (
    <td class="faint">no value</td>
  ) : (
    <td class={`mono wrap ${side}`}>{valueText(value)}</td>
  );
}

function valueText(value: ClaimValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
