import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Visited } from "../case.ts";
import { Sandbox, type Step } from "./sandbox.ts";

/*
 * What the sample APIs that Microsoft published for API connectors answer, as their sources and the articles document it
 * (api-connectors.md A3, A11), read by the server as it reads every answer.
 */

const extensionsAppId = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function visit(step: Step, status: number, body: unknown, account: "local" | "federated" = "local") {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const sandbox = new Sandbox({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    credentials: { kind: "basic", username: "user", password: "sample" },
    attributes: [
      { name: "CustomAttribute", dataType: "string" },
      { name: "InviteCode", dataType: "string" },
      { name: "AppRoles", dataType: "string" },
    ],
    claims: {},
    refused: [],
    extensionsAppId,
    preset: "seed",
    certificateAuthorities: [],
  });
  const claims = { displayName: "Ida", jobTitle: "x", city: "Malmö", InviteCode: "I-1", AppRoles: "old" };
  try {
    return await sandbox.visit({ step, account, claims });
  } finally {
    await sandbox.close();
  }
}

const text = ({ outcome }: Visited): string | undefined => {
  if (outcome.kind === "refused") return outcome.problem.message;
  if (outcome.kind === "page") return outcome.page.fields[0]?.value;
  return outcome.kind === "relyingPartyError" ? outcome.message : undefined;
};
const full = (name: string) => `extension_${extensionsAppId}_${name}`;

describe("the validation sample in Node", () => {
  it("lets through with { version, action: Continue }", async () => {
    const { outcome, stored } = await visit("PostAttributeCollection", 200, {
      version: "1.0.0",
      action: "Continue",
    });
    expect(outcome.kind).toBe("issued");
    expect(stored).toMatchObject({ displayName: "Ida", jobTitle: "x" });
  });

  it("shows its sentence and keeps the person at the form with 400 ValidationError", async () => {
    const userMessage = "Please enter a valid 'Job Title'.";
    const visited = await visit("PostAttributeCollection", 400, {
      version: "1.0.0",
      status: 400,
      action: "ValidationError",
      userMessage,
      code: "SINGUP-VALIDATION-02",
    });
    expect(visited.outcome.kind).toBe("refused");
    expect(text(visited)).toBe(userMessage);
    expect(visited.stored).toBeUndefined();
  });

  it("blocks with ShowBlockPage, a code beside it", async () => {
    const visited = await visit("PostAttributeCollection", 200, {
      version: "1.0.0",
      action: "ShowBlockPage",
      userMessage: "You must have an account from a valid domain.",
      code: "SINGUP-BLOCKED-01",
    });
    expect(visited.outcome).toMatchObject({ kind: "page", page: { terminal: true } });
    expect(text(visited)).toBe("You must have an account from a valid domain.");
    expect(visited.stored).toBeUndefined();
  });

  it("creates nothing where it answers 401, or 400 without an action", async () => {
    for (const [status, body] of [
      [401, ""],
      [400, { version: "1.0.0", code: "BAD-INPUT" }],
    ] as const) {
      const visited = await visit("PostAttributeCollection", status, body);
      expect(visited.record?.decision, String(status)).toBe("fail");
      expect(visited.stored).toBeUndefined();
    }
  });
});

describe("the validation samples in Python and .NET", () => {
  it("may name any version, and the status as a text", async () => {
    const python = await visit("PostAttributeCollection", 200, { version: "0.0.1", action: "Continue" });
    expect(python.outcome.kind).toBe("issued");
    const net = await visit("PostAttributeCollection", 400, {
      version: "1.0.0",
      status: "400",
      action: "ValidationError",
      userMessage: "Too short.",
    });
    expect(text(net)).toBe("Too short.");
  });

  it("block what they cannot read", async () => {
    const visited = await visit("PostAttributeCollection", 200, {
      version: "0.0.1",
      action: "ShowBlockPage",
      userMessage: "There was a problem with your request.",
    });
    expect(visited.outcome).toMatchObject({ page: { terminal: true } });
  });

  it("overwrite the job title", async () => {
    const { stored } = await visit("PostAttributeCollection", 200, {
      version: "1.0.0",
      action: "Continue",
      jobTitle: "This value was returned by the API Connector",
    });
    expect(stored).toMatchObject({ jobTitle: "This value was returned by the API Connector" });
  });
});

describe("the approval sample", () => {
  it("allows by its old word, after federating and before creating", async () => {
    const allow = { version: "1.0.0.0", action: "Allow" };
    const created = await visit("PostAttributeCollection", 200, allow);
    expect(created.outcome.kind).toBe("issued");
    expect(created.record?.warnings).toContain("legacy-action:Allow");
    const federated = await visit("PostFederationSignup", 200, allow, "federated");
    expect(federated.outcome).toMatchObject({ kind: "page", page: { terminal: false } });
  });

  it("blocks with HTTP 200 and the status 400 in its body", async () => {
    const visited = await visit(
      "PostFederationSignup",
      200,
      { version: "1.0.0.0", status: 400, action: "ShowBlockPage", userMessage: "Your request is pending." },
      "federated",
    );
    expect(visited.outcome).toMatchObject({ page: { terminal: true } });
    expect(text(visited)).toBe("Your request is pending.");
  });

  it("corrects with HTTP 200, too", async () => {
    const body = { version: "1.0.0.0", action: "ValidationError", userMessage: "Ask again." };
    expect(text(await visit("PostAttributeCollection", 200, body))).toBe("Ask again.");
  });
});

describe("the identity verification, invitation and role samples", () => {
  it("let through without version and action", async () => {
    for (const body of [{ error: null, success: true }, { decision: "CONTINUE" }]) {
      const visited = await visit("PostAttributeCollection", 200, body);
      expect(visited.outcome.kind, JSON.stringify(body)).toBe("issued");
      expect(visited.record?.warnings).toContain("action-missing");
    }
  });

  it("set claims with the application id, without it, and erase a code with an empty text", async () => {
    const { stored } = await visit("PostAttributeCollection", 200, {
      version: "1.0.0",
      action: "Continue",
      [full("CustomAttribute")]: "with the id",
      [full("InviteCode")]: "",
    });
    expect(stored?.[full("CustomAttribute")]).toBe("with the id");
    expect(stored?.[full("InviteCode")] ?? "").toBe("");
    const short = await visit("PostAttributeCollection", 200, {
      version: "1.0.0",
      action: "Continue",
      extension_CustomAttribute: "without it",
      CustomAttribute: "bare",
    });
    expect(short.stored?.[full("CustomAttribute")]).toBe("without it");
  });

  it("enrich the token with roles, and keep the directory's with null", async () => {
    const token = async (roles: string | null) => {
      const { outcome } = await visit("PreTokenIssuance", 200, {
        version: "1.0.0",
        action: "Continue",
        userMessage: "",
        extension_AppRoles: roles,
      });
      return outcome.kind === "issued" ? outcome.claims.extension_AppRoles : outcome.kind;
    };
    expect(await token("Admin Reader")).toBe("Admin Reader");
    expect(await token(null)).toBe("old");
  });
});
