import {
  type AfterFederating,
  type BeforeCreating,
  type BeforeToken,
  block,
  type ConnectorAnswer,
  continueWith,
  validationError,
} from "@vestibule/connector";

/** Whose people may sign up through an identity provider: domains and everything below them. */
const allowedDomains = ["example", "contoso.com"];

/** Members with a loyalty number, by its last digit; a real API would ask its database. */
const tiers = ["Bronze", "Silver", "Gold"] as const;

/** After federating: an allow-list of companies; a job title is looked up for people who give none. */
export function afterFederating(request: AfterFederating): ConnectorAnswer {
  const domain = request.email?.split("@").at(-1)?.toLowerCase();
  if (domain === undefined) return continueWith();
  if (domain === "blocked.example") return block("People of blocked.example cannot sign up here.");
  if (!allowedDomains.some((allowed) => domain === allowed || domain.endsWith(`.${allowed}`))) {
    return block(`Your company (${domain}) is not enrolled. Ask your administrator.`);
  }
  return continueWith(request.jobTitle ? {} : { jobTitle: "Member" });
}

/** Before creating the user: the loyalty number is checked, and the tier comes from here, whatever was typed. */
export function beforeCreating(request: BeforeCreating): ConnectorAnswer {
  if (request.email?.toLowerCase().endsWith("@blocked.example")) {
    return block("People of blocked.example cannot sign up here.");
  }
  const { LoyaltyNumber: number } = request.attributes;
  if (number === undefined) return continueWith({ extension_LoyaltyTier: tiers[0] });
  const text = String(number).trim();
  if (!/^\d{6}$/.test(text)) return validationError("A loyalty number has six digits, for example 123456.");
  if (text === "000000") return block("This loyalty number was withdrawn. Ask in our shop.");
  return continueWith({
    extension_LoyaltyNumber: text,
    extension_LoyaltyTier: tiers[Number(text.at(-1)) % tiers.length] ?? tiers[0],
  });
}

/** Before the token: a promotion code that only this API knows. */
export function beforeToken(request: BeforeToken): ConnectorAnswer {
  const tier = String(request.attributes.LoyaltyTier ?? tiers[0]);
  return continueWith({ extension_PromotionCode: `WELCOME-${tier.toUpperCase()}` });
}
