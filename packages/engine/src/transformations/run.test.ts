import { IdMap } from "@vestibule/policy";
import { describe, expect, it } from "vitest";
import { exercise, exercisePolicy } from "./exercise.fixture.ts";
import { transformationTexts } from "./localized-texts.ts";

const output = (claims: object) => ({ kind: "claims", claims });

describe("claims that are null", () => {
  it("count as given, and read as empty", () => {
    const inputs = { inputClaim1: ["string", null], inputClaim2: ["string", "b"] } as const;
    const rest = { parameters: { stringFormat: "{0}-{1}" }, outputs: { outputClaim: "string" } } as const;
    expect(exercise("FormatStringMultipleClaims", { inputs, ...rest })).toEqual(
      output({ outputClaim: "-b" }),
    );
    expect(
      exercise("FormatStringMultipleClaims", {
        inputs: { ...inputs, inputClaim1: ["string", undefined] },
        ...rest,
      }),
    ).toEqual({ kind: "missingInput", name: "inputClaim1" });
  });

  it("are copied as null, where an absent claim is not copied at all", () => {
    const outputs = { outputClaim: "string" } as const;
    expect(exercise("CopyClaim", { inputs: { inputClaim: ["string", null] }, outputs })).toEqual(
      output({ outputClaim: null }),
    );
    expect(exercise("CopyClaim", { inputs: { inputClaim: ["string", undefined] }, outputs })).toEqual(
      output({}),
    );
  });

  it("do not exist for DoesClaimExist, and are null in a document", () => {
    expect(
      exercise("DoesClaimExist", {
        inputs: { inputClaim: ["string", null] },
        outputs: { outputClaim: "boolean" },
      }),
    ).toEqual(output({ outputClaim: false }));
    expect(
      exercise("GenerateJson", {
        inputs: { a: ["string", null], "b.0": ["string", undefined], "b.1": ["string", "x"] },
        outputs: { outputClaim: "string" },
      }),
    ).toEqual(output({ outputClaim: '{"a":null,"b":["x"]}' }));
  });
});

describe("what a claim holds cannot harm", () => {
  it("makes no text longer than a million characters", () => {
    const long = "x".repeat(400_000);
    const outputs = { outputClaim: "string" } as const;
    const inputs = { inputClaim: ["string", long] } as const;
    for (const [method, parameters] of [
      ["FormatStringClaim", { stringFormat: "{0}{0}{0}" }],
      ["StringReplace", { oldValue: "x", newValue: "xxx" }],
    ] as const)
      expect(exercise(method, { inputs, parameters, outputs }).kind).toBe("runtime");
    expect(
      exercise("GenerateJson", {
        inputs: { a: ["string", long], b: ["string", long], c: ["string", long] },
        outputs,
      }).kind,
    ).toBe("runtime");
  });

  it("keeps names that mean something to JavaScript as names", () => {
    const inputs = { inputJson: ["string", '{"__proto__":{"polluted":true},"constructor":"c"}'] } as const;
    expect(
      exercise("GetSingleItemFromJson", { inputs, outputs: { key: "string", value: "string" } }),
    ).toEqual(output({ key: "__proto__", value: '{"polluted":true}' }));
    expect(
      exercise("GetClaimFromJson", {
        inputs,
        parameters: { claimToExtract: "toString" },
        outputs: { extractedClaim: "string" },
      }).kind,
    ).toBe("runtime");
    expect(
      exercise("GenerateJson", {
        inputs: { "__proto__.x": ["string", "1"] },
        outputs: { outputClaim: "string" },
      }),
    ).toEqual(output({ outputClaim: '{"__proto__":{"x":"1"}}' }));
    expect(
      exercise("LookupValue", {
        inputs: { inputParameterId: ["string", "constructor"] },
        outputs: { outputClaim: "string" },
      }),
    ).toEqual(output({ outputClaim: null }));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("never fills a value in twice, nor reads it as a claim resolver", () => {
    expect(
      exercise("FormatStringClaim", {
        inputs: { inputClaim: ["string", "{0}{TechnicalProfileId}$&"] },
        parameters: { stringFormat: "{TechnicalProfileId}:{0}:{TrustFrameworkTenantId}" },
        outputs: { outputClaim: "string" },
      }),
    ).toEqual(output({ outputClaim: "Caller:{0}{TechnicalProfileId}$&:framework.onmicrosoft.com" }));
  });

  it("gives up a search that would run for ever", () => {
    const inputs = { claimToMatch: ["string", `${"a".repeat(60)}!`] } as const;
    const outputs = { regexCompareResultClaim: "boolean" } as const;
    const result = exercise("SetClaimsIfRegexMatch", {
      inputs,
      parameters: { matchTo: "^(?=a)(a|aa|aaa)+$" },
      outputs,
    });
    expect(result.kind).toBe("runtime");
  });

  it("says why without saying what", () => {
    const result = exercise("GetClaimFromJson", {
      inputs: { inputJson: ["string", "s3cret-value"] },
      parameters: { claimToExtract: "a" },
      outputs: { extractedClaim: "string" },
    });
    expect(result.kind).toBe("runtime");
    expect(JSON.stringify(result)).not.toContain("s3cret");
  });
});

describe("numbers", () => {
  it("keep all their digits", () => {
    expect(
      exercise("ConvertNumberToStringClaim", {
        inputs: { inputClaim: ["long", "9223372036854775807"] },
        outputs: { outputClaim: "string" },
      }),
    ).toEqual(output({ outputClaim: "9223372036854775807" }));
    expect(
      exercise("GetNumericClaimFromJson", {
        inputs: { inputJson: ["string", '{"id":"-9223372036854775808"}'] },
        parameters: { claimToExtract: "id" },
        outputs: { extractedClaim: "long" },
      }),
    ).toEqual(output({ extractedClaim: "-9223372036854775808" }));
    expect(
      exercise("GenerateJson", {
        inputs: { n: ["long", "9223372036854775807"] },
        outputs: { outputClaim: "string" },
      }),
    ).toEqual(output({ outputClaim: '{"n":9223372036854775807}' }));
  });

  it("do not overflow", () => {
    expect(
      exercise("AdjustNumber", {
        inputs: { inputClaim: ["int", 2147483647] },
        outputs: { outputClaim: "int" },
      }).kind,
    ).toBe("runtime");
  });
});

it("hashes the text, the salt and the key's secret, and fails without the key", () => {
  const given = {
    inputs: { plaintext: ["string", "Hello world"], salt: ["string", "mySaltValue"] },
    parameters: { randomizerSecret: "B2C_1A_Secret" },
    outputs: { hash: "string" },
  } as const;
  expect(exercise("Hash", given).kind).toBe("runtime");
  const secret = (name: string) => (name === "B2C_1A_Secret" ? "12345" : undefined);
  // printf 'Hello worldmySaltValue12345' | openssl dgst -sha256 -binary | base64
  expect(exercise("Hash", { ...given, context: { secret } })).toEqual(
    output({ hash: "r0fApoi1nKqXkWCMIVlo3Oa/KRIfchPHXXDmGQZYmXw=" }),
  );
});

it("gives the same number for the same seed", () => {
  const parameters = {
    randomGeneratorType: "INTEGER",
    seed: ["int", "42"],
    maximumNumber: ["int", "1000"],
    stringFormat: "OTP_{0}",
    base64: ["boolean", "true"],
  } as const;
  expect(exercise("CreateRandomString", { parameters, outputs: { outputClaim: "string" } })).toEqual(
    output({ outputClaim: Buffer.from("OTP_668").toString("base64") }),
  );
});

it("compares dates to the tick", () => {
  const compare = (second: string, operator: string) =>
    exercise("DateTimeComparison", {
      inputs: {
        firstDateTime: ["dateTime", "2022-01-01T00:00:00.0000001Z"],
        secondDateTime: ["dateTime", second],
      },
      parameters: { operator, timeSpanInSeconds: ["int", "0"] },
      outputs: { result: "boolean" },
    });
  expect(compare("2022-01-01T00:00:00.0000000Z", "Later Than")).toEqual(output({ result: true }));
  expect(compare("2022-01-01T00:00:00.0000001Z", "greater than")).toEqual(output({ result: false }));
  expect(compare("2022-01-01T00:00:00.0000001Z", "same")).toEqual(output({ result: true }));
});

describe("ages", () => {
  const group = (dateOfBirth: string, countryCode: string) => {
    const result = exercise("GetAgeGroupConsentProvidedAndRequiresConsent", {
      inputs: {
        dateOfBirth: ["date", dateOfBirth],
        countryCode: ["string", countryCode],
        consentProvidedForMinor: ["string", "Granted"],
      },
      outputs: { ageGroup: "string", requiresParentalConsent: "boolean", consentProvidedForMinor: "string" },
    });
    return result.kind === "claims" ? Object.values(result.claims) : result.kind;
  };

  it.each([
    ["2013-01-16", "us", ["Minor", true, "Granted"]],
    ["2013-01-15", "US", ["NotAdult", false, "NotRequired"]],
    ["2008-01-16", "US", ["NotAdult", false, "NotRequired"]],
    ["2008-01-15", "US", ["Adult", false, null]],
    ["2010-01-16", "DE", ["Minor", true, "Granted"]],
    ["2006-06-01", "TW", ["Minor", false, "NotRequired"]],
    ["2006-01-15", "TH", ["Adult", false, null]],
    ["2008-01-16", "BR", ["Minor", false, "NotRequired"]],
  ])("%s in %s on 15 January 2026", (birth, country, expected) => {
    expect(group(birth, country)).toEqual(expected);
  });

  it("lets a birthday of 29 February begin on 1 March", () => {
    const on = (today: string) =>
      exercise("GetAgeGroupConsentProvidedAndRequiresConsent", {
        inputs: {
          dateOfBirth: ["date", "2004-02-29"],
          countryCode: ["string", "BR"],
          consentProvidedForMinor: ["string", undefined],
        },
        outputs: { ageGroup: "string" },
        context: { now: BigInt(Date.parse(`${today}T00:00:00Z`)) * 10_000n + 621_355_968_000_000_000n },
      });
    expect(on("2022-02-28")).toEqual(output({ ageGroup: "Minor" }));
    expect(on("2022-03-01")).toEqual(output({ ageGroup: "Adult" }));
  });
});

describe("identities", () => {
  const google = { issuer: "google.com", issuerUserId: "1" };

  it("are added once, and an emptied collection stays a collection", () => {
    const outputs = { collection: "userIdentityCollection" } as const;
    expect(
      exercise("AddItemToUserIdentityCollection", {
        inputs: { item: ["userIdentity", google], collection: ["userIdentityCollection", [google]] },
        outputs,
      }),
    ).toEqual(output({ collection: [google] }));
    expect(
      exercise("RemoveUserIdentityFromCollectionByIssuer", {
        inputs: { issuer: ["string", "google.com"], collection: ["userIdentityCollection", [google]] },
        outputs,
      }),
    ).toEqual(output({ collection: [] }));
  });

  it("are read in the documentation's form too", () => {
    const add = (item: string) =>
      exercise("AddItemToAlternativeSecurityIdCollection", {
        inputs: { Element: ["string", item], collection: ["alternativeSecurityIdCollection", undefined] },
        outputs: { collection: "alternativeSecurityIdCollection" },
      });
    expect(add('{"issuer":"facebook.com","issuerUserId":"MTA4"}')).toEqual(
      output({ collection: [{ type: 6, identityProvider: "facebook.com", key: "MTA4" }] }),
    );
    expect(add("facebook.com").kind).toBe("runtime");
  });
});

describe("localized texts", () => {
  const resources = (id: string, value: string) => ({
    id,
    strings: [{ elementType: "FormatLocalizedStringTransformationClaimType", stringId: "Greeting", value }],
    collections: [],
  });
  const policy = {
    contentDefinitions: IdMap.of([
      {
        id: "api.page",
        loadUri: "~/x",
        dataUri: "urn:com:microsoft:aad:b2c:elements:contract:selfasserted:2.1.7",
        metadata: {},
        localizedResources: { en: "page.en", es: "page.es" },
      },
    ]),
    localization: {
      enabled: true,
      defaultLanguage: "en",
      supportedLanguages: ["en", "es"],
      resources: IdMap.of([resources("page.en", "Hello {0}"), resources("page.es", "Hola {0}")]),
    },
  };

  it.each([
    ["es", "Hola Ida"],
    ["es-MX", "Hola Ida"],
    ["EN-us", "Hello Ida"],
    ["fr", undefined],
  ])("in %s: %s", (language, expected) => {
    const given = {
      inputs: { name: ["string", "Ida"] },
      parameters: { stringFormatId: "Greeting" },
      outputs: { outputClaim: "string" },
      policy,
    } as const;
    const texts = transformationTexts(exercisePolicy("FormatLocalizedString", given), "api.page", language);
    const result = exercise("FormatLocalizedString", { ...given, context: { texts } });
    // Never the default language's: what is not there is not written, and the operator is told.
    expect(result).toMatchObject(
      expected === undefined
        ? { claims: {}, warnings: [expect.stringContaining("Greeting")] }
        : output({ outputClaim: expected }),
    );
  });
});

describe("phone numbers", () => {
  const iso = (phoneNumber: string) =>
    exercise("GetNationalNumberAndCountryCodeFromPhoneNumberString", {
      inputs: { phoneNumber: ["string", phoneNumber] },
      parameters: { countryCodeType: "ISO3166" },
      outputs: { nationalNumber: "string", countryCode: "string" },
    });

  it("with a shared calling code belong to its main country unless they tell their own", () => {
    expect(iso("+1 (425) 555-0100")).toMatchObject({ claims: { countryCode: "US" } });
    expect(iso("+1 416 555 0100")).toMatchObject({ claims: { countryCode: "CA" } });
    expect(iso("+1 123 456 7890")).toMatchObject({ claims: { countryCode: "US" } });
  });

  it("in international form keep their own code; an unknown country is none", () => {
    const convert = (phoneNumberString: string, country: string) =>
      exercise("ConvertStringToPhoneNumberClaim", {
        inputs: { phoneNumberString: ["string", phoneNumberString], country: ["string", country] },
        outputs: { outputClaim: "phoneNumber" },
      });
    expect(convert("+45 33 45 67 89", "US")).toEqual(output({ outputClaim: "+4533456789" }));
    expect(convert("020 7946 0000", "gb")).toEqual(output({ outputClaim: "+442079460000" }));
    for (const [text, country] of [
      ["425 555 0100", "XX"],
      ["call +14255550100", "US"],
      ["9".repeat(300), "US"],
      ["", "US"],
    ] as const)
      expect(convert(text, country).kind).toBe("assertion");
  });
});
