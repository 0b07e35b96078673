import { createHash, timingSafeEqual } from "node:crypto";
import { claimText } from "../../claims/bag.ts";
import { metadataItem } from "../../claims/mapping.ts";
import type { IssuedCode } from "../../journey/state.ts";
import type { ProfileContext, ProfileResult, ServerProfileKind } from "../profile.ts";
import { type OneTimePasswordMetadata, readOneTimePasswordMetadata } from "./metadata.ts";

type Context = ProfileContext<OneTimePasswordMetadata>;
type Generation = Extract<OneTimePasswordMetadata, { operation: "GenerateCode" }>;

/** Makes and checks codes that the policy itself delivers. They belong to one journey and one identifier. */
export const oneTimePasswordProfile: ServerProfileKind<OneTimePasswordMetadata> = {
  kind: "oneTimePassword",
  readMetadata: readOneTimePasswordMetadata,

  async run(context): Promise<ProfileResult> {
    const identifier = inputText(context, "identifier");
    if (identifier === undefined || identifier === "") return noInput(context, "identifier");
    const key = identifier.toLowerCase();
    const { metadata } = context;
    return metadata.operation === "GenerateCode" ? generate(context, metadata, key) : verify(context, key);
  },
};

/**
 * Codes that one journey may make over all identifiers, three of them served fully but never fewer than this: without a
 * bound one visit can send to any number of strangers.
 */
const codesOfJourney = (generations: number) => Math.max(15, generations * 3);

async function generate(context: Context, metadata: Generation, key: string): Promise<ProfileResult> {
  const now = context.ports.clock.now();
  const known = context.codes.find(key);
  const live = known && known.expires > now ? known : undefined;
  if (live && live.generations >= metadata.generations)
    return failure(context, "UserMessageIfMaxNumberOfCodeGenerated");
  const spent = !context.codes.claim(codesOfJourney(metadata.generations))
    ? "this journey had its share of codes"
    : !(await context.ports.verification.allowsOwnCode(key))
      ? "this identifier had its share of codes over all journeys"
      : undefined;
  if (spent !== undefined) {
    context.trace({ kind: "warning", text: `${context.profile.id}: ${spent}` });
    return failure(context, "UserMessageIfMaxNumberOfCodeGenerated");
  }
  const code = (metadata.reuseSameCode ? live?.code : undefined) ?? freshCode(context, metadata);
  context.codes.keep(key, {
    code,
    expires: now + metadata.lifetimeInSeconds * 1000,
    generations: (live?.generations ?? 0) + 1,
    failures: 0,
    retries: metadata.retries,
  });
  return { kind: "values", values: { otpGenerated: code } };
}

function freshCode({ ports }: Context, { characters, length }: Generation): string {
  let code = "";
  for (let count = 0; count < length; count++) code += characters[ports.random.integer(characters.length)];
  return code;
}

function verify(context: Context, key: string): ProfileResult {
  const typed = inputText(context, "otpToVerify");
  if (typed === undefined) return noInput(context, "otpToVerify");
  const entry = context.codes.find(key);
  if (!entry || entry.expires <= context.ports.clock.now())
    return failure(context, "UserMessageIfSessionDoesNotExist", "UserMessage.VerificationHasExpired");
  if (entry.code === undefined || entry.failures >= entry.retries) return tooMany(context);
  if (equal(entry.code, typed)) {
    context.codes.forget(key);
    return { kind: "values", values: {} };
  }
  const failures = entry.failures + 1;
  const void_ = failures >= entry.retries;
  context.codes.keep(key, { ...(void_ ? withoutCode(entry) : entry), failures });
  return void_ ? tooMany(context) : wrong(context);
}

function withoutCode({ code: _, ...rest }: IssuedCode): IssuedCode {
  return rest;
}

const tooMany = (context: Context) =>
  failure(context, "UserMessageIfMaxRetryAttempted", "UserMessage.MaxRetryAttemped");

/** Of the two messages for a wrong code the one that the policy words; the friendlier one where it words both or none. */
function wrong(context: Context): ProfileResult {
  const kind = "UserMessageIfVerificationFailedRetryAllowed";
  const plain = "UserMessageIfInvalidCode";
  const onlyPlain =
    context.configuredMessage(kind) === undefined && context.configuredMessage(plain) !== undefined;
  return failure(context, onlyPlain ? plain : kind, "UserMessage.InvalidCode");
}

/** `earlier`: the name of the message in old policies, an item of this profile alone. */
function failure(context: Context, key: string, earlier?: string): ProfileResult {
  const old = earlier === undefined ? undefined : metadataItem(context.profile.metadata, earlier);
  const useOld = old !== undefined && context.configuredMessage(key) === undefined;
  return { kind: "userError", message: useOld ? old : context.message(key) };
}

function noInput(context: Context, name: string): ProfileResult {
  const message = `The claims exchange specified in technical profile '${context.profile.id}' did not complete as expected. You might want to try starting your session over from the beginning.`;
  context.trace({ kind: "warning", text: `${context.profile.id}: the input claim '${name}' has no value` });
  return { kind: "systemError", code: "AADB2C90255", message };
}

function inputText({ input }: Context, partner: string): string | undefined {
  const wanted = partner.toLowerCase();
  const claim = [...input.values()].find(({ partnerName }) => partnerName.toLowerCase() === wanted);
  return claim && claimText(claim.value).trim();
}

/** Ordinal, in a time that tells nothing of where they differ. */
function equal(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
