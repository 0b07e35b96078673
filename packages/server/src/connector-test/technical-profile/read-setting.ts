import { type ClaimValue, type RestfulMetadata, restfulProfile } from "@vestibule/engine";
import { convertClaim } from "@vestibule/engine/testing";
import { nearestName, type Policy, type TechnicalProfile } from "@vestibule/policy";
import type { Tenant, TenantPolicy } from "../../tenant/tenant.ts";
import {
  type Environment,
  openTenant,
  readAuthorities,
  readSecret,
  readUrl,
  SettingError,
} from "../written.ts";
import { expectKeys, type KeyPlace, openKeys } from "./keys.ts";
import { type NeededClaim, neededClaims } from "./needed-claims.ts";
import { placesOf } from "./places.ts";
import type { ProfileTestSetting } from "./setting.ts";

export interface WrittenProfileSetting {
  readonly tenant?: string;
  readonly policy?: string;
  readonly profile: string;
  /** In place of the profile's `ServiceUrl`; of an origin alone, only that is taken. */
  readonly url?: string;
  /** `NAME=VALUE`, where the value may be `env:NAME`. */
  readonly claims: readonly string[];
  /** `NAME=VALUE` of somebody whom the API is to refuse. */
  readonly refused: readonly string[];
  /** `CONTAINER=SECRET`. */
  readonly keys: readonly string[];
}

/** Reads what was typed, with the tenant's folder and its keys. Throws `SettingError`. `close` lets the database go. */
export async function readProfileSetting(
  written: WrittenProfileSetting,
  place: KeyPlace,
  environment: Environment,
): Promise<{ readonly setting: ProfileTestSetting; close(): Promise<void> }> {
  if (written.tenant === undefined) {
    throw new SettingError("--profile needs the folder of its tenant: --tenant DIR.");
  }
  const { tenant, problem } = await openTenant(written.tenant);
  const { program, id } = choosePolicy(tenant, written, problem);
  const { policy } = program;
  const declared = policy.technicalProfiles.get(written.profile);
  const places = placesOf(program, written.profile);
  if (!declared || places.length === 0) {
    throw new SettingError(`No journey of ${id} calls the technical profile ${written.profile}.`);
  }
  const profile = calling(declared, written.url);
  const metadata = readMetadata(profile, policy);
  const needed = neededClaims(policy, profile, metadata);
  const claims = readClaims(written.claims, policy, environment);
  const refused = written.refused.map((each) => readClaims([each], policy, environment));
  expectFixed(needed, claims, profile);
  const keys = await openKeys(tenant, written.keys, place, environment);
  try {
    await expectKeys(policy, profile, keys);
    const certificateAuthorities = await readAuthorities(environment);
    const { extensionsAppId, defaultDomain } = tenant;
    return {
      setting: {
        policy,
        profile,
        metadata,
        places,
        needed,
        passwords: program.passwords,
        claims,
        refused,
        keys,
        tenant: { extensionsAppId, defaultDomain },
        certificateAuthorities,
      },
      close: () => keys.close(),
    };
  } catch (error) {
    await keys.close();
    throw error;
  }
}

/** The policy that was named; else the only one that calls the profile. */
function choosePolicy(
  tenant: Tenant,
  { policy: name, profile }: WrittenProfileSetting,
  problem = "",
): TenantPolicy {
  const custom = [...tenant.policies.values()].filter(({ kind }) => kind === "customPolicy");
  const ids = custom.map(({ id }) => id);
  if (ids.length === 0) {
    throw new SettingError(`The tenant has no custom policy that can run. ${problem}`.trim());
  }
  if (name !== undefined) {
    const found = custom.find(({ id }) => id.toLowerCase() === name.toLowerCase());
    if (!found)
      throw new SettingError(
        `The tenant has no policy ${name} that can run.${didYouMean(name, ids)} ${problem}`.trim(),
      );
    expectRestful([found], profile);
    return found;
  }
  const [only, ...others] = expectRestful(custom, profile);
  if (!only || others.length > 0) {
    const calling = [only, ...others].flatMap((one) => (one ? [one.id] : []));
    throw new SettingError(
      `Several policies call ${profile}; name one with --policy: ${calling.join(", ")}.`,
    );
  }
  return only;
}

/** Those of the policies that call the profile as a RESTful one. */
function expectRestful(policies: readonly TenantPolicy[], profile: string): readonly TenantPolicy[] {
  const restful = ({ program }: TenantPolicy) =>
    program.profiles
      .values()
      .flatMap((one) =>
        one.kind === "server" && one.handler === restfulProfile.kind ? [one.profile.id] : [],
      );
  const found = policies.filter((policy) =>
    restful(policy).some((id) => id.toLowerCase() === profile.toLowerCase()),
  );
  if (found.length > 0) return found;
  const known = [...new Set(policies.flatMap(restful))];
  throw new SettingError(
    known.length === 0
      ? `No journey calls a RESTful technical profile, ${profile} neither.`
      : `No journey calls a RESTful technical profile ${profile}.${didYouMean(profile, known) || ` There are ${known.join(", ")}.`}`,
  );
}

function didYouMean(typed: string, known: readonly string[]): string {
  const near = nearestName(typed, known);
  return near === undefined ? "" : ` Did you mean ${near}?`;
}

/** The profile with the address that is to be called. */
function calling(profile: TechnicalProfile, url: string | undefined): TechnicalProfile {
  if (url === undefined) return profile;
  readUrl(url);
  const isOrigin = /^https?:\/\/[^/?#]+$/i.test(url);
  const metadata = Object.entries(profile.metadata).map(([key, value]) => {
    if (key.trim().toLowerCase() !== "serviceurl") return [key, value] as const;
    return [key, isOrigin ? value.trim().replace(/^https?:\/\/[^/?#]*/i, url) : url] as const;
  });
  return { ...profile, metadata: Object.fromEntries(metadata) };
}

function readMetadata(profile: TechnicalProfile, policy: Policy): RestfulMetadata {
  const reading = restfulProfile.readMetadata(profile, policy);
  if ("diagnostics" in reading) {
    throw new SettingError(reading.diagnostics.map(({ message }) => message).join(" "));
  }
  const { metadata } = reading;
  if (metadata.mode === "notify") {
    throw new SettingError(
      `${profile.id} only notifies: nothing waits for its API, whose answer decides nothing.`,
    );
  }
  if (metadata.trust.signature?.kind === "jwt") {
    throw new SettingError(
      `${profile.id} signs with the tenant's own key (vestibule.signature = Jwt), which only a running server has. Ask its API in a journey of vestibule dev.`,
    );
  }
  return metadata;
}

function readClaims(
  written: readonly string[],
  policy: Policy,
  environment: Environment,
): Readonly<Record<string, ClaimValue>> {
  const claims = written.map((each): readonly [string, ClaimValue] => {
    const [, name = "", text = ""] = /^([^=]+)=(.*)$/s.exec(each) ?? [];
    if (name === "")
      throw new SettingError("--claim and --refused take NAME=VALUE, for example --claim city=Lund.");
    const type = policy.claimTypes.get(name);
    if (!type) {
      throw new SettingError(`The policy has no claim ${name}.${didYouMean(name, policy.claimTypes.ids())}`);
    }
    const value = text.startsWith("env:") ? readSecret(text, environment) : text;
    const converted = convertClaim(type.dataType, jsonOf(value, type.dataType));
    if (converted.kind !== "value") {
      throw new SettingError(`${name}: the value is no ${type.dataType}.`);
    }
    return [type.id, converted.value];
  });
  return Object.fromEntries(claims);
}

/** Lists and identities are written as JSON; everything else as it is. */
function jsonOf(value: string, dataType: string): unknown {
  if (!/collection|identity/i.test(dataType) || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new SettingError("A value that begins like JSON is none.");
  }
}

/** A token or a whole body cannot be made up. */
function expectFixed(
  needed: readonly NeededClaim[],
  claims: Readonly<Record<string, ClaimValue>>,
  { id }: TechnicalProfile,
): void {
  const missing = needed.find(({ type, isFixed }) => isFixed && !Object.hasOwn(claims, type.id));
  if (!missing) return;
  throw new SettingError(
    `${id} sends ${missing.type.id}, which another part of the policy makes: give it with --claim ${missing.type.id}=VALUE or =env:NAME.`,
  );
}
