import { describe, expect, it } from "vitest";
import {
  block,
  checkBasic,
  checkClientCertificate,
  continueWith,
  parseRequest,
  RequestError,
  toResponse,
  validationError,
} from "./index.ts";

const appId = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";

describe("a request", () => {
  it("is read into its step, with custom attributes under their bare names", () => {
    const request = parseRequest(
      JSON.stringify({
        step: "PreTokenIssuance",
        client_id: "app",
        ui_locales: "sv-SE",
        email: "ida@contoso.example",
        objectId: "c2b6",
        identities: [{ signInType: "emailAddress", issuer: "contoso", issuerAssignedId: "ida" }, null, 5],
        [`extension_${appId}_Loyalty_Tier`]: 3,
        extension_OptIn: false,
        extension_ffeeddccbbaa99887766554433221100_Other: "x",
      }),
      { extensionsAppId: "0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9" },
    );
    expect(request).toMatchObject({
      step: "PreTokenIssuance",
      objectId: "c2b6",
      clientId: "app",
      uiLocales: "sv-SE",
      email: "ida@contoso.example",
      attributes: { Loyalty_Tier: 3, OptIn: false },
    });
    expect(request.identities).toHaveLength(1);
    expect(request.attributes).not.toHaveProperty("Other");
    expect(request.city).toBeUndefined();
  });

  it("may use the spelling of the older article", () => {
    expect(parseRequest({ step: "PreTokenApplicationClaims", clientId: "app" })).toMatchObject({
      step: "PreTokenIssuance",
      clientId: "app",
    });
  });

  it.each(["", "{", "[]", "null", 7, null, {}, { step: "Other" }, '{"step":5}'])(
    "is refused as %j",
    (body) => {
      expect(() => parseRequest(body)).toThrow(RequestError);
    },
  );

  it("does not read inherited members", () => {
    expect(parseRequest('{"step":"PostFederationSignup","__proto__":{"email":"x"}}').email).toBeUndefined();
  });
});

describe("an answer", () => {
  it("has the exact form of the contract", () => {
    const read = (answer: Parameters<typeof toResponse>[0]) => {
      const { status, body } = toResponse(answer);
      return { status, body: JSON.parse(body) };
    };
    expect(read(continueWith({ city: "Malmö", extension_Tier: 2, jobTitle: undefined }))).toEqual({
      status: 200,
      body: { version: "1.0.0", action: "Continue", city: "Malmö", extension_Tier: 2 },
    });
    expect(read(block("No."))).toEqual({
      status: 200,
      body: { version: "1.0.0", action: "ShowBlockPage", userMessage: "No." },
    });
    expect(read(validationError("Five digits."))).toEqual({
      status: 400,
      body: { version: "1.0.0", status: 400, action: "ValidationError", userMessage: "Five digits." },
    });
  });

  it("cannot set what no API can set, and never has an empty message", () => {
    for (const name of ["email", "objectId", "action", "Version"]) {
      expect(() => continueWith({ [name]: "x" })).toThrow(TypeError);
    }
    expect(() => block(" ")).toThrow(TypeError);
  });
});

describe("Basic credentials", () => {
  const expected = { username: "connector", password: "s3cr:ét" };
  const header = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

  it("are accepted exactly as they are", () => {
    expect(checkBasic(header("connector:s3cr:ét"), expected)).toBe(true);
    expect(checkBasic(header("connector:s3cr:ét").replace("Basic", "basic"), expected)).toBe(true);
  });

  it.each([
    header("connector:s3cr:e"),
    header("connector:s3cr:étt"),
    header("connector"),
    header(""),
    "Basic",
    "Basic ***",
    "Bearer x",
    "",
    undefined,
    null,
  ])("are refused as %j", (given) => {
    expect(checkBasic(given, expected)).toBe(false);
  });

  it("are not accepted empty by mistake", () => {
    expect(checkBasic("Basic ", { username: "", password: "" })).toBe(false);
  });
});

describe("a client certificate", () => {
  const certificate = {
    fingerprint: "AB:CD:EF",
    subject: { CN: "api.contoso.example" },
    issuer: { CN: "Contoso CA" },
    valid_from: "Jan  1 00:00:00 2026 GMT",
    valid_to: "Jan  1 00:00:00 2027 GMT",
  };
  const now = Date.parse("2026-06-01T00:00:00Z");

  it("is accepted where every demand is met", () => {
    expect(checkClientCertificate(certificate, { thumbprints: ["00", "abcdef"], now })).toBe(true);
    const names = { subject: "api.contoso.example", issuer: "Contoso CA", now };
    expect(checkClientCertificate(certificate, names)).toBe(true);
    expect(checkClientCertificate({ ...certificate, subject: "O=x, CN=api.contoso.example" }, names)).toBe(
      true,
    );
  });

  it("is refused where one is not, outside its validity, and where there is none", () => {
    expect(checkClientCertificate(certificate, { thumbprints: ["abcdee"], now })).toBe(false);
    expect(checkClientCertificate(certificate, { thumbprints: ["abcdef"], issuer: "Other CA", now })).toBe(
      false,
    );
    const later = Date.parse("2027-01-02T00:00:00Z");
    expect(checkClientCertificate(certificate, { thumbprints: ["abcdef"], now: later })).toBe(false);
    expect(checkClientCertificate({}, { thumbprints: ["abcdef"], now })).toBe(false);
    expect(checkClientCertificate(null, { subject: "x", now })).toBe(false);
    expect(() => checkClientCertificate(certificate, { now })).toThrow(TypeError);
  });
});
