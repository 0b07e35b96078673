import type { PageModel } from "@vestibule/engine";
import { nativeDates } from "../pages/native-dates.ts";
import type { Form } from "./form.ts";
import type { TurnView } from "./journey-runner.ts";

/** Names that belong to the protocol, not to the person's form. */
const protocolNames: ReadonlySet<string> = new Set(["request_type", "csrf_token", "_native", "_action"]);

/**
 * The fields of a form post as the engine takes them. The page that the person sees decides two things: a repeated key
 * is a group of check boxes or an accident (pages.md 1.5 R9, 1.6), and a form posted without script may be keyed by
 * what the field is called on the page (4.8 S10).
 */
export async function postedFields(
  body: Form,
  view: TurnView,
  sender: "script" | "native",
): Promise<Readonly<Record<string, string>>> {
  const names = body.names.filter((name) => !protocolNames.has(name));
  const repeats = names.some((name) => body.all(name).length > 1);
  const page = repeats || sender === "native" ? await view.currentPage() : undefined;
  const fields = new Map<string, string>();
  for (const name of names) {
    const claimId = (sender === "native" && claimOfDisplayName(page, name)) || name;
    const value = isGroup(page, claimId)
      ? body
          .all(name)
          .filter((part) => part !== "")
          .join(",")
      : (body.get(name) ?? "");
    // A field under its own id wins over one under its display name.
    if (claimId === name || !fields.has(claimId)) fields.set(claimId, value);
  }
  const dates = page === undefined ? {} : nativeDates(page.fields, (name) => body.get(name));
  return { ...Object.fromEntries(fields), ...dates };
}

function claimOfDisplayName(page: PageModel | undefined, name: string): string | undefined {
  if (page === undefined || page.fields.some((field) => field.id === name)) return undefined;
  return page.fields.find((field) => field.displayName === name)?.id;
}

function isGroup(page: PageModel | undefined, claimId: string): boolean {
  return page?.fields.find((field) => field.id === claimId)?.userInputType === "CheckboxMultiSelect";
}
