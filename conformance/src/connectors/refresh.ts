import { advance, type IssuedOutcome, newJourney, type Outcome } from "@vestibule/engine";
import type { JourneyBrowser } from "@vestibule/engine/testing";

/** What the token endpoint does with a refresh token: the policy's refresh journey over the grant's claims. */
export async function redeemRefreshToken(browser: JourneyBrowser, issued: IssuedOutcome): Promise<Outcome> {
  const { program, ports, state } = browser;
  const journey = newJourney(program, {
    id: "22222222-2222-4333-8444-555555555555",
    tenantId: state.tenantId,
    request: state.request,
    culture: state.culture,
    now: ports.time,
    entry: "refresh",
    grant: {
      claims: issued.grantClaims,
      issuedOn: Math.floor(ports.time / 1000),
      authTime: issued.authTime,
      ...(issued.objectId !== undefined && { objectId: issued.objectId }),
    },
  });
  return (await advance(program, journey, { kind: "started" }, ports)).outcome;
}
