import {
  handler,
  type SampleParts,
  samplePolicy,
  selfAsserted,
  step,
  technicalProfile,
} from "@vestibule/engine/testing";
import type { Policy, TechnicalProfile } from "@vestibule/policy";
import type { ProfileSetting } from "./profile-settings.ts";
import { secrets, type Walk } from "./scene.ts";

/** Where a custom policy asks the API: behind the form, in a step before the account is written, in one before the token. */
export type ProfilePlace = "form" | "beforeWriting" | "beforeToken";

/** The order of the step in which it is asked, as sentences name it. */
export const stepOf: Readonly<Record<ProfilePlace, number>> = { form: 2, beforeWriting: 4, beforeToken: 5 };

/** What the policy says beside the setting. */
export interface ProfileOptions {
  /** `ContinueOnError` of the validation technical profile. */
  readonly continueOnError?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

const claim = (claimTypeReferenceId: string, partnerClaimType?: string) => ({
  claimTypeReferenceId,
  ...(partnerClaimType !== undefined && { partnerClaimType }),
});

/** The sample policy, with the API at one place. */
export function customPolicyWith(
  place: ProfilePlace,
  setting: ProfileSetting,
  url: string,
  withCertificate: boolean,
  options: ProfileOptions = {},
): Policy {
  const policy = samplePolicy((parts) => {
    parts.claimTypes.push({ id: "city", dataType: "string" }, { id: "tier", dataType: "long" });
    parts.technicalProfiles.push(apiProfile(setting, url, withCertificate, options.metadata));
    keepCity(parts);
    put(parts, place, options.continueOnError === true);
  });
  const { technicalProfile: relyingParty } = policy.relyingParty;
  const outputClaims = [...relyingParty.outputClaims, claim("city"), claim("tier")];
  return {
    ...policy,
    deploymentMode: "Production",
    relyingParty: { ...policy.relyingParty, technicalProfile: { ...relyingParty, outputClaims } },
  };
}

function apiProfile(
  { preset, settings, metadata, keys }: ProfileSetting,
  url: string,
  withCertificate: boolean,
  further: ProfileOptions["metadata"],
): TechnicalProfile {
  const own = Object.entries(settings).map(([name, value]) => [`vestibule.${name}`, value]);
  const path = metadata.SendClaimsIn === "Url" ? "/{mail}" : "";
  const allKeys = {
    ...(withCertificate ? { ClientCertificate: "certificate" } : keys),
    "vestibule.SigningKey": "signing",
    "vestibule.header.X-Secret": "header",
  };
  return technicalProfile("REST-CheckMember", handler("Providers.RestfulProvider"), {
    metadata: {
      ServiceUrl: `${url}${path}?code=${secrets.keyInUrl}`,
      ...metadata,
      ...(withCertificate && { AuthenticationType: "ClientCertificate" }),
      "vestibule.preset": preset,
      "vestibule.signature": "HmacSha256",
      "vestibule.correlationId": "true",
      ...Object.fromEntries(own),
      ...further,
    },
    cryptographicKeys: Object.entries(allKeys).map(([id, storageReferenceId]) => ({
      id,
      storageReferenceId,
    })),
    inputClaims: [claim("email", "mail"), claim("displayName")],
    outputClaims: [claim("city"), claim("tier", "extension_Tier")],
  });
}

/** What the API gives is written to the account and, from a form, goes on to the token. */
function keepCity({ technicalProfiles }: SampleParts): void {
  for (const [index, profile] of technicalProfiles.entries()) {
    if (profile.id.startsWith("AAD-UserWrite")) {
      technicalProfiles[index] = { ...profile, persistedClaims: [...profile.persistedClaims, claim("city")] };
    }
    if (profile.protocol === selfAsserted && profile.id === "LocalAccountSignUp") {
      technicalProfiles[index] = { ...profile, outputClaims: [...profile.outputClaims, claim("city")] };
    }
  }
}

function put(parts: SampleParts, place: ProfilePlace, continueOnError: boolean): void {
  const { technicalProfiles, steps } = parts;
  const exchange = (id: string, technicalProfileReferenceId: string) => ({
    claimsExchanges: [{ id, technicalProfileReferenceId }],
  });
  const api = exchange("CheckMember", "REST-CheckMember");
  switch (place) {
    case "form": {
      const index = technicalProfiles.findIndex(({ id }) => id === "LocalAccountSignUp");
      const form = technicalProfiles[index];
      if (!form) throw new Error("the sample policy has no sign-up page");
      technicalProfiles[index] = {
        ...form,
        validationTechnicalProfiles: [
          { referenceId: "REST-CheckMember", preconditions: [], ...(continueOnError && { continueOnError }) },
          ...form.validationTechnicalProfiles,
        ],
      };
      return;
    }
    case "beforeWriting": {
      // The provider's person is written without a page: nothing but the API stands between.
      const page = steps.findIndex(({ order }) => order === 4);
      const preconditions = steps[page]?.preconditions ?? [];
      const write = exchange("Write", "AAD-UserWriteUsingAlternativeSecurityId");
      const last = { ...steps[page + 1], order: 6 } as (typeof steps)[number];
      steps.splice(
        page,
        2,
        step(4, "ClaimsExchange", { preconditions, ...api }),
        step(5, "ClaimsExchange", { preconditions, ...write }),
        last,
      );
      return;
    }
    case "beforeToken": {
      const last = { ...steps.at(-1), order: 6 } as (typeof steps)[number];
      steps.splice(-1, 1, step(5, "ClaimsExchange", api), last);
      return;
    }
  }
}

/** A new person's way to the place where the API is asked, and beyond it where it answers. */
export function walkToProfile(place: ProfilePlace): Walk {
  return place === "beforeWriting" ? federated : local;
}

const local: Walk = async (browser, _ports, email) => {
  await browser.start();
  await browser.send({ kind: "signUpChosen" });
  await browser.prove("email", email);
  return submitForm(browser, _ports, email);
};

/** The person at the form presses the button once more. */
export const submitForm: Walk = (browser, _ports, email) =>
  browser.submit({
    email,
    newPassword: secrets.typed,
    reenterPassword: secrets.typed,
    displayName: "Ida",
  });

const federated: Walk = async (browser, ports, email) => {
  ports.federationClaims = { iss: "https://idp.example", sub: email, name: "Nils", email };
  await browser.start();
  await browser.send({ kind: "exchangeChosen", exchangeId: "SocialExchange" });
  return browser.providerReturns();
};
