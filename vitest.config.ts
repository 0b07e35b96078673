import { defineConfig } from "vitest/config";

// Workspace packages are tested from their sources, so that no build has to stand between an edit and its test.
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    include: [
      "packages/*/src/**/*.test.{ts,tsx}",
      "examples/*/src/**/*.test.ts",
      "conformance/src/**/*.test.ts",
      "e2e/**/*.test.ts",
      "docs/**/*.test.ts",
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
