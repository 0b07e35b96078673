/** Who signs in to what, on both servers. The names are those of the sample tenant. */
export const client = {
  id: "bbbbbbbb-0000-4000-8000-000000000002",
  secret: "sample-secret",
  redirectUri: "http://localhost:9/cb",
};

export const account = { email: "demo@contoso.example", password: "Passw0rd!demo" };

/** argon2id: KiB, passes, lanes. */
export interface HashCost {
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

/** The least that argon2 allows: the server is measured, not the hash. */
export const cheapHash: HashCost = { memoryCost: 8, timeCost: 1, parallelism: 1 };

/** OWASP's recommendation, the default of the server. */
export const owaspHash: HashCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** How many sign-ins are under way at once. */
export const inFlight = 16;
