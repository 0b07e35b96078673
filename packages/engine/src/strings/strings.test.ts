import { describe, expect, it } from "vitest";
import { builtInStrings, errorMessages, fieldErrors, fillString, stringsFor, uxStrings } from "./index.ts";

describe("built-in strings", () => {
  it("keeps the labels that public browser tests look for", () => {
    expect(uxStrings.unified.createaccount_one_link).toBe("Sign up now");
    expect(uxStrings.unified.forgotpassword_link).toBe("Forgot your password?");
    expect(uxStrings.unified.requiredField_generic).toBe("Please enter your {0}");
    expect(uxStrings.selfAsserted.ver_but_send).toBe("Send verification code");
    expect(errorMessages.UserMessageIfClaimsPrincipalDoesNotExist).toContain(
      "can't seem to find your account",
    );
  });

  it("knows twelve months", () => {
    expect(uxStrings.selfAsserted.months?.split(",")).toHaveLength(12);
  });

  it("falls back from a region to its language and from an unknown language to English", () => {
    expect(stringsFor("en-GB")).toBe(builtInStrings.en);
    expect(stringsFor("xx")).toBe(builtInStrings.en);
    expect(stringsFor("constructor")).toBe(builtInStrings.en);
  });

  it("fills parameters and leaves those that it was not given", () => {
    expect(fillString("{0} and {1}", "a")).toBe("a and {1}");
    expect(fillString("{0}", "$& {0}")).toBe("$& {0}");
  });

  it("speaks in sentences that end at a field", () => {
    for (const text of Object.values(fieldErrors)) expect(text).toMatch(/^[A-Z].*\.$/);
  });

  it("has no empty text but the addresses that a tenant must give", () => {
    for (const [id, table] of Object.entries(uxStrings)) {
      for (const [key, text] of Object.entries(table)) {
        if (!key.endsWith("_url")) expect(text, `${id}.${key}`).not.toBe("");
      }
    }
  });
});
