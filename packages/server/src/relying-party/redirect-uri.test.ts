import { describe, expect, test } from "vitest";
import { findRedirectUri, type RedirectUriType, redirectUriProblem } from "./redirect-uri.ts";
import { testTenant } from "./tenants.fixture.ts";

function matches(registered: string, requested: string, type: RedirectUriType = "web"): boolean {
  const [application] = testTenant().applications;
  if (!application) throw new Error("no application");
  return (
    findRedirectUri({ ...application, redirectUris: [{ uri: registered, type }] }, requested) !== undefined
  );
}

const cb = "https://app.example/cb";

describe("equal", () => {
  test.each([
    [cb, cb],
    [cb, "https://APP.example/cb"],
    [cb, "HTTPS://app.example/cb"],
    [cb, "https://app.example:443/cb"],
    ["https://app.example", "https://app.example/"],
    ["https://app.example/", "https://app.example"],
    ["https://app.example/cb?a=b", "https://app.example/cb?a=b"],
    ["http://localhost:3000/cb", "http://LOCALHOST:3000/cb"],
    ["http://localhost:80/cb", "http://localhost/cb"],
    ["http://127.0.0.1:3000/cb", "http://127.0.0.1:3000/cb"],
    ["http://[::1]:3000/cb", "http://[::1]:3000/cb"],
  ])("%s and %s", (registered, requested) => {
    expect(matches(registered, requested)).toBe(true);
    expect(matches(registered, requested, "spa")).toBe(true);
  });

  test.each([
    ["myapp://auth", "MyApp://auth"],
    ["msal10000000-0000://auth", "msal10000000-0000://auth"],
    ["com.example.app://oauth2redirect/path", "com.example.app://oauth2redirect/path"],
    ["urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob"],
    ["http://localhost", "http://localhost:51234"],
    ["http://localhost/cb", "http://localhost:51234/cb"],
    ["http://127.0.0.1:80/cb", "http://127.0.0.1:9/cb"],
    ["http://[::1]/cb", "http://[::1]:51234/cb"],
    [
      "https://login.microsoftonline.com/common/oauth2/nativeclient",
      "https://login.microsoftonline.com/common/oauth2/nativeclient",
    ],
  ])("native: %s and %s", (registered, requested) => {
    expect(matches(registered, requested, "native")).toBe(true);
  });
});

describe("not equal", () => {
  test.each([
    "https://app.example/cb/",
    "https://app.example/CB",
    "https://app.example/cb?x=1",
    "https://app.example/cb?",
    "https://app.example/cb#",
    "https://app.example/cb#f",
    "https://app.example/cb/../x",
    "https://app.example/x/../cb",
    "https://app.example/./cb",
    "https://app.example/%2e%2e/cb",
    "https://app.example/c%62",
    "https://app.example//cb",
    "https://app.example:8443/cb",
    "https://app.example:/cb",
    "https://app.example:0443/cb",
    "https://app.example:443:443/cb",
    "https://app.example./cb",
    "https://app.example.evil.example/cb",
    "https://evil.example/app.example/cb",
    "https://app.example@evil.example/cb",
    "https://user@app.example/cb",
    "https://user:pass@app.example/cb",
    "https://app.example%40evil.example/cb",
    "https://evil.example%2fapp.example/cb",
    "https://evil.example\\@app.example/cb",
    "https:\\\\app.example\\cb",
    "https:/app.example/cb",
    "https:app.example/cb",
    "https:///app.example/cb",
    "//app.example/cb",
    "/cb",
    "app.example/cb",
    "http://app.example/cb",
    " https://app.example/cb",
    "https://app.example/cb ",
    "https://app.example/cb\n",
    "https://app.example/cb\u0000",
    "https://app\t.example/cb",
    "https://аpp.example/cb",
    "https://app。example/cb",
    "https://app.example/cb\u200b",
    "https://appXexample/cb",
    "https://*.example/cb",
    "javascript:alert(1)//https://app.example/cb",
    "data:text/html,https://app.example/cb",
    "",
  ])("%j", (requested) => {
    for (const type of ["web", "spa", "native"] as const) expect(matches(cb, requested, type)).toBe(false);
  });

  test.each([
    ["http://localhost:3000/cb", "http://localhost:3001/cb", "web"],
    ["http://localhost:3000/cb", "http://localhost:3001/cb", "spa"],
    ["http://localhost/cb", "http://127.0.0.1/cb", "native"],
    ["http://localhost/cb", "https://localhost:5000/cb", "native"],
    ["http://localhost/cb", "http://localhost:5000/other", "native"],
    ["http://localhost/cb", "http://localhost.evil.example:5000/cb", "native"],
    ["https://app.example/cb", "https://app.example:5000/cb", "native"],
    ["myapp://auth", "myapp://AUTH", "native"],
    ["myapp://auth", "myapp://auth/x", "native"],
    ["https://*.example/cb", "https://app.example/cb", "web"],
  ] as const)("%s and %s as %s", (registered, requested, type) => {
    expect(matches(registered, requested, type)).toBe(false);
  });
});

test.each([
  ["javascript:alert(1)", "native"],
  ["data:text/html,x", "native"],
  ["vbscript:x", "native"],
  ["JavaScript:alert(1)", "native"],
  ["myapp://auth", "web"],
  ["myapp://auth", "spa"],
  ["http://app.example/cb", "web"],
  ["http://app.example/cb", "native"],
  ["https://user@app.example/cb", "web"],
  ["https://app.example/cb#f", "web"],
  ["https://app.example/../cb", "web"],
  ["https://", "web"],
] as const)("%s can be no %s redirect URI, not even registered", (uri, type) => {
  expect(redirectUriProblem(uri, type)).toEqual(expect.any(String));
  expect(matches(uri, uri, type)).toBe(false);
});
