import { dirname, relative, sep } from "node:path";
import type { FoundPolicy } from "./policy-file.ts";

/** A starter pack: policies of one folder that others build on. */
export interface StarterPack {
  readonly name: string;
  readonly policies: readonly FoundPolicy[];
}

/** The starter packs below a folder, those first that most policies were written for. */
export function starterPacks(found: readonly FoundPolicy[], root: string): readonly StarterPack[] {
  const folders = new Map<string, FoundPolicy[]>();
  for (const policy of found) {
    const list = folders.get(policy.folder) ?? [];
    list.push(policy);
    folders.set(policy.folder, list);
  }
  const packs = [...folders]
    // A pack begins with a policy that has no base.
    .filter(([, policies]) => policies.some(({ base }) => base === undefined))
    .map(([folder, policies]) => ({
      name: relative(root, folder) || folder,
      policies: policies.filter(({ isRelyingParty }) => !isRelyingParty),
    }));
  return packs.sort((a, b) => rank(a.name) - rank(b.name));
}

function rank(name: string): number {
  const order = [
    /SocialAndLocalAccountsWithMfa$/i,
    /SocialAndLocalAccounts$/i,
    /LocalAccounts$/i,
    /SocialAccounts$/i,
  ];
  const place = order.findIndex((each) => each.test(name));
  return (place < 0 ? order.length : place) + (/display controls/i.test(name) ? 10 : 0);
}

/**
 * The files of a policy's chain, itself first: bases come from its own folder, then from the nearest folder, then from
 * the starter pack. A base that nobody has is taken for the starter pack's own of that role.
 */
export function chainOf(
  policy: FoundPolicy,
  all: readonly FoundPolicy[],
  pack: StarterPack,
): readonly FoundPolicy[] {
  const chain: FoundPolicy[] = [policy];
  let current = policy;
  while (current.base !== undefined && chain.length < 12) {
    const wanted = current.base;
    const base = nearest(wanted, current, policy, all) ?? fromPack(wanted, pack);
    if (!base || chain.includes(base)) break;
    if (base.id.toLowerCase() !== wanted.toLowerCase()) {
      // The file is read as if it named the base that is there.
      const renamed = {
        ...current,
        base: base.id,
        text: current.text.replaceAll(`>${wanted}<`, `>${base.id}<`),
      };
      chain[chain.length - 1] = renamed;
    }
    chain.push(base);
    current = base;
  }
  return chain;
}

function nearest(
  id: string,
  asking: FoundPolicy,
  start: FoundPolicy,
  all: readonly FoundPolicy[],
): FoundPolicy | undefined {
  const same = all.filter((each) => each.id.toLowerCase() === id.toLowerCase() && each.path !== asking.path);
  const inFolder = same.find(({ folder }) => folder === start.folder);
  if (inFolder) return inFolder;
  // Samples spread over sibling folders; what lies further away is somebody else's.
  const near = dirname(start.folder) + sep;
  return same.find(({ path }) => path.startsWith(near));
}

const roles = [/localization|_loc$/i, /ext/i, /base/i] as const;

function fromPack(id: string, pack: StarterPack): FoundPolicy | undefined {
  const exact = pack.policies.find((each) => each.id.toLowerCase() === id.toLowerCase());
  if (exact) return exact;
  const role = roles.find((each) => each.test(id));
  return role && pack.policies.find((each) => role.test(each.id));
}
