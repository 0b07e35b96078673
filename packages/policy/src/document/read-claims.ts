import type { EnumerationItem, PredicateGroup } from "../model.ts";
import type { XmlElement } from "../xml/parse.ts";
import type {
  ClaimTypeFragment,
  MergeBehavior,
  Placed,
  PredicateFragment,
  PredicateValidationFragment,
  RestrictionFragment,
} from "./document.ts";
import { defined, type ElementReader } from "./element.ts";

/** Source: policy-language.md 3.1. */
export function readClaimType(reader: ElementReader, element: XmlElement): ClaimTypeFragment {
  const restriction = reader.child(element, "Restriction");
  const mask = reader.child(element, "Mask");
  return {
    id: reader.requiredId(element, "Id"),
    at: reader.at(element),
    ...defined({
      displayName: reader.text(element, "DisplayName"),
      dataType: reader.placedText(element, "DataType"),
      adminHelpText: reader.text(element, "AdminHelpText"),
      userHelpText: reader.text(element, "UserHelpText"),
      userInputType: reader.placedText(element, "UserInputType"),
      restriction: restriction && readRestriction(reader, restriction),
      inputValidationReference: reader.placedId(reader.child(element, "InputValidationReference"), "Id"),
      predicateValidationReference: reader.placedId(
        reader.child(element, "PredicateValidationReference"),
        "Id",
      ),
      mask: mask && {
        type: reader.requiredId(mask, "Type"),
        text: mask.text,
        at: reader.at(mask),
        ...defined({ regex: mask.attributes.Regex }),
      },
      partnerNames: reader.list(element, "DefaultPartnerClaimTypes", "Protocol", (protocol) => ({
        protocol: reader.requiredId(protocol, "Name"),
        partnerClaimType: reader.requiredId(protocol, "PartnerClaimType"),
        ...defined({ handler: reader.id(protocol, "Handler") }),
      })),
    }),
  };
}

function readRestriction(reader: ElementReader, element: XmlElement): RestrictionFragment {
  const pattern = reader.child(element, "Pattern");
  return {
    at: reader.at(element),
    mergeBehavior: (reader.id(element, "MergeBehavior") as MergeBehavior | undefined) ?? "ReplaceAll",
    enumeration: element.children
      .filter(({ name }) => name === "Enumeration")
      .map((item) => readEnumerationItem(reader, item)),
    ...defined({
      pattern: pattern && {
        regularExpression: pattern.attributes.RegularExpression ?? "",
        ...defined({ helpText: pattern.attributes.HelpText }),
      },
    }),
  };
}

export function readEnumerationItem(reader: ElementReader, element: XmlElement): EnumerationItem {
  return {
    text: element.attributes.Text ?? "",
    value: element.attributes.Value ?? "",
    ...defined({ selectByDefault: reader.flag(element, "SelectByDefault") }),
  };
}

/** Source: policy-language.md 4.1. */
export function readPredicate(reader: ElementReader, element: XmlElement): PredicateFragment {
  return {
    id: reader.requiredId(element, "Id"),
    at: reader.at(element),
    method: reader.requiredId(element, "Method"),
    ...defined({
      helpText: element.attributes.HelpText,
      userHelpText: reader.text(element, "UserHelpText"),
    }),
    parameters: Object.fromEntries(
      reader
        .items(element, "Parameters", "Parameter")
        .map((parameter) => [reader.requiredId(parameter, "Id"), parameter.text]),
    ),
  };
}

export function readPredicateValidation(
  reader: ElementReader,
  element: XmlElement,
): PredicateValidationFragment {
  const references: Placed<string>[] = [];
  const predicateGroups = reader.items(element, "PredicateGroups", "PredicateGroup").flatMap((group) => {
    const blocks = group.children.filter(({ name }) => name === "PredicateReferences");
    const id = reader.requiredId(group, "Id");
    const userHelpText = reader.text(group, "UserHelpText");
    return blocks.map((block) => readBlock(reader, block, id, userHelpText, references));
  });
  return { id: reader.requiredId(element, "Id"), at: reader.at(element), predicateGroups, references };
}

/** The legacy form: one group for each block, whose text is the block's. Source: policy-language.md 4.4. */
export function readInputValidation(reader: ElementReader, element: XmlElement): PredicateValidationFragment {
  const references: Placed<string>[] = [];
  const predicateGroups = element.children.map((block, index) => {
    const id = reader.id(block, "Id") ?? String(index + 1);
    return readBlock(reader, block, id, block.attributes.HelpText, references);
  });
  return { id: reader.requiredId(element, "Id"), at: reader.at(element), predicateGroups, references };
}

/** Every block of a group must pass, hence each becomes a group of its own. Source: policy-language.md 4.3. */
function readBlock(
  reader: ElementReader,
  block: XmlElement,
  id: string,
  userHelpText: string | undefined,
  references: Placed<string>[],
): PredicateGroup {
  const own = block.children.map((reference) => ({
    value: reader.requiredId(reference, "Id"),
    at: reader.at(reference),
  }));
  references.push(...own);
  return {
    id,
    ...defined({
      userHelpText,
      matchAtLeast: reader.integer(block.attributes.MatchAtLeast),
      reject: reader.flag(block, "Reject"),
    }),
    predicates: own.map(({ value }) => value),
  };
}
