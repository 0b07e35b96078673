import { nearestName } from "@vestibule/policy";
import {
  builtInAttribute,
  builtInAttributes,
  customAttributeName,
  inputTypesFor,
} from "../document/attributes.ts";
import { didYouMean, type Rule } from "./rule.ts";

const collectable = builtInAttributes
  .filter((attribute) => attribute.inputType !== undefined)
  .map(({ id }) => id);
const claimable = builtInAttributes
  .filter((attribute) => attribute.tokenName !== undefined)
  .map(({ id }) => id);

/** UF120, UF121, UF123: what a flow collects. Whether a custom attribute exists is known with the tenant only. */
export const assignmentRule: Rule = ({ flow }, report) => {
  const seen = new Set<string>();
  for (const { id, path } of flow.userAttributeAssignments) {
    const builtIn = builtInAttribute(id);
    if (builtIn && builtIn.inputType === undefined) {
      report("UF120", path, `'${id}' can be claimed by an application, but not collected from people.`, {
        hint: "Move it to applicationClaims.",
      });
    } else if (!builtIn && customAttributeName(id) === undefined) {
      report("UF121", path, `There is no attribute '${id}'.`, attributeHint(id, collectable));
    }
    if (seen.has(id.toLowerCase()))
      report("UF123", path, `The attribute '${id}' is assigned twice.`, { hint: "Remove one of the two." });
    seen.add(id.toLowerCase());
  }
  if (flow.userFlowType === "profileUpdate") {
    const email = flow.userAttributeAssignments.find(({ id }) => id === "email");
    if (email) {
      report("UF130", email.path, "The e-mail address cannot be edited in a flow of type profileUpdate.", {
        hint: "Remove the assignment.",
      });
    }
  }
};

/** UF121: what applications may claim. */
export const claimRule: Rule = ({ flow }, report) => {
  const seen = new Set<string>();
  for (const { id, path } of flow.applicationClaims) {
    if (id === "email") {
      report("UF121", path, "'email' can be collected, but not claimed.", { hint: "Did you mean 'emails'?" });
    } else if (!builtInAttribute(id) && customAttributeName(id) === undefined) {
      report("UF121", path, `There is no attribute '${id}'.`, attributeHint(id, claimable));
    }
    if (seen.has(id.toLowerCase()))
      report("UF123", path, `'${id}' is claimed twice.`, { hint: "Remove one of the two." });
    seen.add(id.toLowerCase());
  }
};

/** UF121: an order that names what is not assigned. */
export const orderRule: Rule = ({ written, flow }, report) => {
  const assigned = flow.userAttributeAssignments.map(({ id }) => id);
  for (const [index, id] of (written.portalSettings.attributeOrder ?? []).entries()) {
    const name = customAttributeName(id);
    const plain = builtInAttribute(id)?.id ?? (name === undefined ? id : `extension_${name}`);
    if (assigned.some((each) => each.toLowerCase() === plain.toLowerCase())) continue;
    report(
      "UF121",
      `portalSettings.attributeOrder[${index}]`,
      `'${id}' is not assigned to this flow.`,
      didYouMean(nearestName(id, assigned)),
    );
  }
};

/** UF122 for built-in attributes; custom ones are checked with the tenant. */
export const inputTypeRule: Rule = ({ flow }, report) => {
  for (const assignment of flow.userAttributeAssignments) {
    const builtIn = builtInAttribute(assignment.id);
    const input = assignment.userInputType;
    if (!builtIn || input === undefined) continue;
    const fitting = builtIn.id === "email" ? (["emailBox"] as const) : inputTypesFor[builtIn.dataType];
    if (!(fitting as readonly string[]).includes(input)) {
      report("UF122", `${assignment.path}.userInputType`, `'${input}' does not fit '${assignment.id}'.`, {
        hint: `Use ${fitting.join(", ")}.`,
      });
    }
  }
};

/** A check that means nothing for anything but the e-mail address. */
export const verificationRule: Rule = ({ written, flow }, report) => {
  for (const [index, assignment] of written.userAttributeAssignments.entries()) {
    if (!assignment.requiresVerification || builtInAttribute(assignment.id)?.id === "email") continue;
    const path = flow.positions.has(`userAttributeAssignments[${index}].requiresVerification`)
      ? `userAttributeAssignments[${index}].requiresVerification`
      : `userAttributeAssignments[${index}]`;
    report("UF130", path, "Only the e-mail address can be verified.", {
      severity: "warning",
      hint: "Set it to false.",
    });
  }
};

function attributeHint(id: string, candidates: readonly string[]): { readonly hint?: string } {
  const near = nearestName(id, candidates);
  return near === undefined ? { hint: "A custom attribute is written extension_<Name>." } : didYouMean(near);
}
