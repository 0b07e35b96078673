import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { IncomingCall } from "./call.ts";
import { apiKey, basic, clientCertificate, queryKey } from "./callers.ts";
import { certificates } from "./certificate.fixture.ts";
import { readCertificate } from "./certificate.ts";

const call = (headers: Record<string, string>, more: Partial<IncomingCall> = {}): IncomingCall => ({
  method: "POST",
  url: "/sign-up",
  header: (name) => headers[name.toLowerCase()],
  body: new Uint8Array(),
  ...more,
});

describe("keys that stand side by side while they are renewed", () => {
  it("are all accepted, as credentials, in a header and in the address", () => {
    const check = basic({ username: "a", password: "old" }, { username: "a", password: "new" });
    for (const password of ["old", "new"]) {
      expect(check(call({ authorization: `Basic ${btoa(`a:${password}`)}` }))).toBe(true);
    }
    expect(check(call({ authorization: `Basic ${btoa("a:other")}` }))).toBe(false);
    expect(check(call({}))).toBe(false);

    const header = apiKey("X-Functions-Key", ["old", "new"]);
    const query = queryKey("code", ["old", "n&w="]);
    expect(header(call({ "x-functions-key": "new" }))).toBe(true);
    expect(query(call({}, { url: "/sign-up?code=n%26w%3D" }))).toBe(true);
    for (const wrong of ["", "ol", "oldx", "OLD"]) {
      expect(header(call({ "x-functions-key": wrong })), wrong).toBe(false);
      expect(query(call({}, { url: `/sign-up?code=${wrong}` })), wrong).toBe(false);
    }
    expect(query(call({}))).toBe(false);
  });

  it("are never empty: a forgotten variable must not let everybody in", () => {
    expect(() => basic()).toThrow(TypeError);
    expect(() => basic({ username: "a", password: "" })).toThrow(TypeError);
    expect(() => apiKey("x-key", [])).toThrow(TypeError);
    expect(() => apiKey("x-key", ["good", ""])).toThrow(TypeError);
    expect(() => queryKey("code", [""])).toThrow(TypeError);
    expect(() => clientCertificate({})).toThrow(TypeError);
  });
});

describe("a certificate as text", () => {
  const { certificate, thumbprint } = certificates.client;

  it("says what Node's own parser says of it", async () => {
    const real = new X509Certificate(certificate);
    const read = await readCertificate(certificate);
    expect(read?.fingerprint).toBe(real.fingerprint.replaceAll(":", ""));
    expect(read?.fingerprint?.toLowerCase()).toBe(thumbprint);
    expect(read?.subject).toEqual({ CN: "vestibule.contoso.example" });
    expect(Date.parse(read?.valid_to ?? "")).toBe(real.validToDate.getTime());
    expect(Date.parse(read?.valid_from ?? "")).toBe(real.validFromDate.getTime());
  });

  it("is nothing where it is cut, changed into something else, or no certificate at all", async () => {
    const base64 = certificate.replace(/-----[A-Z ]+-----|\s/g, "");
    const der = Buffer.from(base64, "base64");
    for (let length = 0; length < 200; length += 7) {
      expect(
        await readCertificate(der.subarray(0, length).toString("base64")),
        String(length),
      ).toBeUndefined();
    }
    for (const text of [undefined, null, "", "x", "%%%", Buffer.from("hello").toString("base64")]) {
      expect(await readCertificate(text)).toBeUndefined();
    }
  });

  it("of another validity is refused", async () => {
    const read = await readCertificate(certificate);
    const check = (now: number) =>
      clientCertificate({ thumbprints: [thumbprint], now })(call({}, { certificate: read }));
    expect(check(Date.now())).toBe(true);
    expect(check(Date.now() + 86_400_000)).toBe(false);
  });
});
