import type { Adapter, AdapterPayload } from "oidc-provider";

interface Held {
  readonly payload: AdapterPayload;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** The provider's memory: it forgets what has expired, and everything when it stops. */
export function createMemory(): (model: string) => Adapter {
  const held = new Map<string, Held>();

  function find(key: string): AdapterPayload | undefined {
    const entry = held.get(key);
    if (entry === undefined) return undefined;
    if (entry.expires > Date.now()) return entry.payload;
    held.delete(key);
    return undefined;
  }

  function findBy(model: string, matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    for (const [key, { payload }] of held) {
      if (key.startsWith(`${model}:`) && matches(payload)) return find(key);
    }
    return undefined;
  }

  return (model) => ({
    async upsert(id, payload, expiresIn) {
      const now = Date.now();
      if (held.size > 1_000) {
        for (const [key, entry] of held) if (entry.expires <= now) held.delete(key);
      }
      held.set(`${model}:${id}`, { payload, expires: now + (expiresIn || 3_600) * 1000 });
    },
    async find(id) {
      return find(`${model}:${id}`);
    },
    async findByUid(uid) {
      return findBy(model, (payload) => payload.uid === uid);
    },
    async findByUserCode(userCode) {
      return findBy(model, (payload) => payload.userCode === userCode);
    },
    async consume(id) {
      const payload = find(`${model}:${id}`);
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
    },
    async destroy(id) {
      held.delete(`${model}:${id}`);
    },
    async revokeByGrantId(grantId) {
      for (const [key, { payload }] of held) if (payload.grantId === grantId) held.delete(key);
    },
  });
}
