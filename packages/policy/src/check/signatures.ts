/** What a claims transformation takes and gives. Source: claims-transformations.md 5. */
export interface Signature {
  readonly method: string;
  readonly inputs: readonly Slot[];
  readonly parameters: readonly Slot[];
  readonly outputs: readonly Slot[];
}

export interface Slot {
  /** `*`: any name. `query.*`: any name with that beginning. */
  readonly name: string;
  /** Empty: any type. */
  readonly types: readonly string[];
  /** The declaration may be left out. */
  readonly optional: boolean;
  /** Allowed texts of a parameter, lower-case. */
  readonly words: readonly string[];
}

/** `name:type|type?=word,word`; `?` = may be left out. */
function slots(text: string): readonly Slot[] {
  return text
    .split(" ")
    .filter((part) => part !== "")
    .map((part) => {
      const [named = "", words = ""] = part.split("=");
      const optional = named.endsWith("?");
      const [name = "", types = ""] = (optional ? named.slice(0, -1) : named).split(":");
      return {
        name,
        types: types === "" || types === "any" ? [] : types.split("|"),
        optional,
        words: words === "" ? [] : words.toLowerCase().replaceAll("_", " ").split(","),
      };
    });
}

const table: Readonly<Record<string, readonly [string, string, string]>> = {
  AndClaims: ["inputClaim1:boolean inputClaim2:boolean", "", "outputClaim:boolean"],
  OrClaims: ["inputClaim1:boolean inputClaim2:boolean", "", "outputClaim:boolean"],
  NotClaims: ["inputClaim:boolean", "", "outputClaim:boolean"],
  AssertBooleanClaimIsEqualToValue: ["inputClaim:boolean", "valueToCompareTo:boolean", ""],
  CompareBooleanClaimToValue: ["inputClaim:boolean", "valueToCompareTo:boolean", "compareResult:boolean"],
  AssertDateTimeIsGreaterThan: [
    "leftOperand:string rightOperand:string",
    "AssertIfEqualTo:boolean? AssertIfRightOperandIsNotPresent:boolean TreatAsEqualIfWithinMillseconds:int? TreatAsEqualIfWithinMilliseconds:int?",
    "",
  ],
  ConvertDateTimeToDateClaim: ["inputClaim:dateTime", "", "outputClaim:date"],
  ConvertDateToDateTimeClaim: ["inputClaim:date", "", "outputClaim:dateTime"],
  DateTimeComparison: [
    "firstDateTime:dateTime secondDateTime:dateTime",
    "operator:string=same,later_than,earlier_than,greater_than timeSpanInSeconds:int",
    "result:boolean",
  ],
  IsTermsOfUseConsentRequired: [
    "termsOfUseConsentDateTime:dateTime",
    "termsOfUseTextUpdateDateTime:dateTime",
    "result:boolean",
  ],
  GetCurrentDateTime: ["", "", "currentDateTime:dateTime"],
  CopyClaim: ["inputClaim:any", "", "outputClaim:any"],
  DoesClaimExist: ["inputClaim:any", "", "outputClaim:boolean"],
  Hash: ["plaintext:string salt:string", "randomizerSecret:string", "hash:string"],
  AdjustNumber: ["inputClaim:int", "Operator:string?=increment,decrement", "outputClaim:int"],
  AssertNumber: [
    "inputClaim:int",
    "CompareToValue:int Operator:string=lessthan,greaterthan,greaterthanorequal,lessthanorequal,equal,notequal throwError:boolean?",
    "outputClaim:boolean?",
  ],
  ConvertNumberToStringClaim: ["inputClaim:long|int", "", "outputClaim:string"],
  CreateJsonArray: ["inputClaim:string", "", "outputClaim:string"],
  GenerateJson: ["*:any", "*:any", "outputClaim:string"],
  GetClaimFromJson: ["inputJson:string", "claimToExtract:string", "extractedClaim:string"],
  GetNumericClaimFromJson: ["inputJson:string", "claimToExtract:string", "extractedClaim:long"],
  GetClaimsFromJsonArray: [
    "jsonSource:string? jsonSourceClaim:string?",
    "errorOnMissingClaims:boolean includeEmptyClaims:boolean jsonSourceKeyName:string jsonSourceValueName:string",
    "*:any",
  ],
  GetClaimsFromJsonArrayV2: [
    "jsonSource:stringCollection? jsonSourceClaim:stringCollection?",
    "errorOnMissingClaims:boolean includeEmptyClaims:boolean jsonSourceKeyName:string jsonSourceValueName:string",
    "*:any",
  ],
  GetSingleItemFromJson: ["inputJson:string", "", "key:string value:string"],
  GetSingleValueFromJsonArray: ["inputJsonClaim:string", "", "extractedClaim:string"],
  XmlStringToJsonString: ["xml:string", "", "json:string"],
  ConvertPhoneNumberClaimToString: ["phoneNumber:phoneNumber", "", "phoneNumberString:string"],
  ConvertStringToPhoneNumberClaim: [
    "phoneNumberString:string country:string?",
    "",
    "outputClaim:phoneNumber",
  ],
  GetNationalNumberAndCountryCodeFromPhoneNumberString: [
    "phoneNumber:string",
    "throwExceptionOnFailure:boolean? countryCodeType:string?=callingcode,iso3166",
    "nationalNumber:string countryCode:string",
  ],
  CreateAlternativeSecurityId: ["key:string identityProvider:string", "", "alternativeSecurityId:string"],
  AddItemToAlternativeSecurityIdCollection: [
    "item:string collection:alternativeSecurityIdCollection",
    "",
    "collection:alternativeSecurityIdCollection",
  ],
  GetIdentityProvidersFromAlternativeSecurityIdCollectionTransformation: [
    "alternativeSecurityIdCollection:alternativeSecurityIdCollection",
    "",
    "identityProvidersCollection:stringCollection",
  ],
  RemoveAlternativeSecurityIdByIdentityProvider: [
    "identityProvider:string collection:alternativeSecurityIdCollection",
    "",
    "collection:alternativeSecurityIdCollection",
  ],
  CreateUserIdentity: ["issuerUserId:string issuer:string", "", "userIdentity:userIdentity"],
  AddItemToUserIdentityCollection: [
    "item:userIdentity collection:userIdentityCollection",
    "",
    "collection:userIdentityCollection",
  ],
  GetIssuersFromUserIdentityCollectionTransformation: [
    "userIdentityCollection:userIdentityCollection",
    "",
    "issuersCollection:stringCollection",
  ],
  RemoveUserIdentityFromCollectionByIssuer: [
    "issuer:string collection:userIdentityCollection",
    "",
    "collection:userIdentityCollection",
  ],
  CreateStringClaim: ["", "value:string", "createdClaim:string"],
  FormatStringClaim: ["inputClaim:string", "stringFormat:string? formatString:string?", "outputClaim:string"],
  FormatStringMultipleClaims: [
    "inputClaim1:string inputClaim2:string",
    "stringFormat:string",
    "outputClaim:string",
  ],
  FormatLocalizedString: ["*:string", "stringFormatId:string", "outputClaim:string"],
  GetLocalizedStringsTransformation: ["", "", "*:string"],
  GetMappedValueFromLocalizedCollection: ["mapFromClaim:string", "", "restrictionValueClaim:string"],
  LookupValue: ["inputParameterId:string", "errorOnFailedLookup:boolean? *:any", "outputClaim:string"],
  NullClaim: ["", "", "claim_to_null:any"],
  CreateRandomString: [
    "",
    "randomGeneratorType:string=guid,integer stringFormat:string? base64:boolean? maximumNumber:int? seed:int?",
    "outputClaim:string",
  ],
  GuidAndRandomGenerator: [
    "",
    "randomGeneratorType:string=guid,integer stringFormat:string? base64:boolean? maximumNumber:int? seed:int?",
    "outputClaim:string",
  ],
  CreateOtpSecret: ["", "", "outputClaim:string"],
  BuildUri: ["path:string query.*:string", "scheme:string host:string query.*:string", "outputClaim:string"],
  AssertStringClaimsAreEqual: [
    "inputClaim1:string inputClaim2:string",
    "stringComparison:string=ordinal,ordinalignorecase",
    "",
  ],
  CompareClaims: [
    "inputClaim1:string inputClaim2:string",
    "operator:string=equal,not_equal ignoreCase:string?=true,false",
    "outputClaim:boolean",
  ],
  CompareClaimToValue: [
    "inputClaim1:string",
    "compareTo:string operator:string=equal,not_equal ignoreCase:string?=true,false",
    "outputClaim:boolean",
  ],
  CopyClaimIfPredicateMatch: ["inputClaim:string", "", "outputClaim:string"],
  SetClaimIfBooleansMatch: [
    "claimToMatch:boolean",
    "matchTo:string=true,false outputClaimIfMatched:string",
    "outputClaim:string",
  ],
  SetClaimsIfRegexMatch: [
    "claimToMatch:string",
    "matchTo:string outputClaimIfMatched:string? extractGroups:boolean?",
    "outputClaim:string? regexCompareResultClaim:boolean *:any",
  ],
  SetClaimsIfStringsAreEqual: [
    "inputClaim:string",
    "matchTo:string stringComparison:string=ordinal,ordinalignorecase stringMatchMsg:string stringMatchMsgCode:string",
    "outputClaim1:string outputClaim2:string stringCompareResultClaim:boolean",
  ],
  SetClaimsIfStringsMatch: [
    "claimToMatch:string",
    "matchTo:string stringComparison:string=ordinal,ordinalignorecase outputClaimIfMatched:string",
    "outputClaim:string stringCompareResultClaim:boolean",
  ],
  StringContains: [
    "inputClaim:string",
    "contains:string ignoreCase:string=true,false",
    "outputClaim:boolean",
  ],
  ChangeCase: ["inputClaim1:string", "toCase:string=lower,upper", "outputClaim:string"],
  StringSubstring: ["inputClaim:string", "startIndex:int length:int", "outputClaim:string"],
  StringReplace: ["inputClaim:string", "oldValue:string newValue:string", "outputClaim:string"],
  StringJoin: ["inputClaim:stringCollection", "delimiter:string", "outputClaim:string"],
  StringSplit: ["inputClaim:string", "delimiter:string", "outputClaim:stringCollection"],
  ParseDomain: ["emailAddress:string", "", "domain:string"],
  AddItemToStringCollection: ["item:string collection:stringCollection", "", "collection:stringCollection"],
  AddParameterToStringCollection: [
    "collection:stringCollection",
    "item:string",
    "collection:stringCollection",
  ],
  GetSingleItemFromStringCollection: ["collection:stringCollection", "", "extractedItem:string"],
  StringCollectionContains: [
    "inputClaim:stringCollection",
    "item:string ignoreCase:string=true,false",
    "outputClaim:boolean",
  ],
  StringCollectionContainsClaim: [
    "collection:stringCollection item:string",
    "ignoreCase:string=true,false",
    "outputClaim:boolean",
  ],
  GetAgeGroupConsentProvidedAndRequiresConsent: [
    "dateOfBirth:date countryCode:string consentProvidedForMinor:string",
    "",
    "ageGroup:string requiresParentalConsent:boolean consentProvidedForMinor:string",
  ],
  GetAgeGroupAndConsentProvided: [
    "dateOfBirth:date countryCode:string consentProvidedForMinor:string?",
    "",
    "ageGroup:string consentProvidedForMinor:string",
  ],
};

/** By lower-case method name. */
export const signatures: ReadonlyMap<string, Signature> = new Map(
  Object.entries(table).map(([method, [inputs, parameters, outputs]]) => [
    method.toLowerCase(),
    { method, inputs: slots(inputs), parameters: slots(parameters), outputs: slots(outputs) },
  ]),
);
