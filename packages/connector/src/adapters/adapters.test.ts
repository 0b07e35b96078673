import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import express from "express";
import fastify from "fastify";
import { describe, expect, it, vi } from "vitest";
import { certificates } from "../certificate.fixture.ts";
import {
  basic,
  block,
  type Connector,
  clientCertificate,
  connector,
  continueWith,
  toAzureFunction,
  toExpress,
  toFastify,
  toFetch,
  toLambda,
  toNode,
  validationError,
} from "../index.ts";
import { serve } from "../testing-server.fixture.ts";

const authorization = `Basic ${btoa("connector:secret")}`;

const api = connector({
  authenticate: basic({ username: "connector", password: "secret" }),
  maxBodyBytes: 2000,
  beforeCreating: ({ city }) => {
    if (city === "Nowhere") return block("We do not deliver there.");
    return city ? continueWith({ city: city.toUpperCase() }) : validationError("Where do you live?");
  },
});

interface Sent {
  readonly method?: string;
  readonly body?: string;
  readonly authorization?: string | undefined;
}
interface Got {
  readonly status: number;
  readonly body: string;
}
type Ask = (sent: Sent) => Promise<Got>;

const headersOf = (sent: Sent): Record<string, string> => {
  const given = "authorization" in sent ? sent.authorization : authorization;
  return {
    "content-type": "application/json; charset=utf-8",
    ...(given !== undefined && { authorization: given }),
  };
};

const asked = async (url: string, sent: Sent): Promise<Got> => {
  const response = await fetch(url, {
    method: sent.method ?? "POST",
    headers: headersOf(sent),
    ...(sent.body !== undefined && { body: sent.body }),
  });
  return { status: response.status, body: await response.text() };
};

const hosts: Readonly<Record<string, (connector: Connector) => Promise<Ask>>> = {
  "node:http": async (served) => {
    const url = await serve(toNode(served));
    return (sent) => asked(url, sent);
  },
  Express: async (served) => {
    const app = express();
    app.post("/sign-up", toExpress(served));
    const url = await serve(app);
    return (sent) => asked(`${url}/sign-up`, sent);
  },
  "Express behind express.json()": async (served) => {
    const app = express();
    app.use(express.json());
    app.all("/sign-up", toExpress(served));
    const url = await serve(app);
    return (sent) => asked(`${url}/sign-up`, sent);
  },
  Fastify: async (served) => {
    const app = fastify();
    app.register(toFastify(served), { prefix: "/sign-up" });
    await app.ready();
    const url = await serve((request, response) => app.routing(request, response));
    return (sent) => asked(`${url}/sign-up`, sent);
  },
  fetch: async (served) => {
    const handle = toFetch(served);
    return async (sent) => {
      const response = await handle(
        new Request("https://api.example/sign-up", {
          method: sent.method ?? "POST",
          headers: headersOf(sent),
          ...(sent.body !== undefined && { body: sent.body }),
        }),
      );
      return { status: response.status, body: await response.text() };
    };
  },
  "Azure Functions": async (served) => {
    const handle = toAzureFunction(served);
    return async (sent) => {
      const { status, body } = await handle(
        new Request("https://app.azurewebsites.net/api/sign-up?code=x", {
          method: sent.method ?? "POST",
          headers: headersOf(sent),
          ...(sent.body !== undefined && { body: sent.body }),
        }),
      );
      return { status, body };
    };
  },
  "AWS Lambda, payload 2.0": async (served) => {
    const handle = toLambda(served);
    return async (sent) => {
      const { statusCode, body } = await handle({
        headers: headersOf(sent),
        rawPath: "/sign-up",
        rawQueryString: "",
        requestContext: { http: { method: sent.method ?? "POST" } },
        ...(sent.body !== undefined && {
          body: Buffer.from(sent.body).toString("base64"),
          isBase64Encoded: true,
        }),
      });
      return { status: statusCode, body };
    };
  },
  "AWS Lambda, payload 1.0": async (served) => {
    const handle = toLambda(served);
    return async (sent) => {
      const { statusCode, body } = await handle({
        httpMethod: sent.method ?? "POST",
        path: "/sign-up",
        headers: Object.fromEntries(
          Object.entries(headersOf(sent)).map(([name, value]) => [name.toUpperCase(), value]),
        ),
        body: sent.body ?? null,
        isBase64Encoded: false,
      });
      return { status: statusCode, body };
    };
  },
};

describe.each(Object.keys(hosts))("hosted by %s, a connector", (name) => {
  const host = (served: Connector) => {
    const make = hosts[name];
    if (!make) throw new Error(name);
    return make(served);
  };
  const creating = (claims: object) => JSON.stringify({ step: "PostAttributeCollection", ...claims });

  it("continues, corrects and blocks", async () => {
    const ask = await host(api);
    const continued = await ask({ body: creating({ city: "Malmö" }) });
    expect(continued.status).toBe(200);
    expect(JSON.parse(continued.body)).toEqual({ version: "1.0.0", action: "Continue", city: "MALMÖ" });
    const corrected = await ask({ body: creating({}) });
    expect(corrected.status).toBe(400);
    expect(JSON.parse(corrected.body)).toMatchObject({ action: "ValidationError", status: 400 });
    expect(JSON.parse((await ask({ body: creating({ city: "Nowhere" }) })).body)).toMatchObject({
      action: "ShowBlockPage",
      userMessage: "We do not deliver there.",
    });
  });

  it("refuses strangers before anything is read", async () => {
    const ask = await host(api);
    for (const stranger of [undefined, "Basic", `Basic ${btoa("connector:secres")}`, "Bearer secret"]) {
      expect(await ask({ body: "{}", authorization: stranger })).toEqual({ status: 401, body: "" });
    }
  });

  it("says to the developer what is no request of a connector", async () => {
    const ask = await host(api);
    for (const body of ['{"step":"Other"}', "[]", '{"step":"PreTokenIssuance"}']) {
      const refused = await ask({ body });
      expect(refused.status, body).toBe(400);
      expect(JSON.parse(refused.body).userMessage).toBeUndefined();
      expect(JSON.parse(refused.body).developerMessage).toMatch(/step|object/);
    }
  });

  it("takes no more than it was told to", async () => {
    const ask = await host(api);
    expect((await ask({ body: creating({ city: "x".repeat(3000) }) })).status).toBe(413);
  });

  it("answers 500 and no more where its function throws", async () => {
    const onError = vi.fn();
    const ask = await host(
      connector({
        authenticate: () => true,
        onError,
        beforeCreating: () => {
          throw new Error("database at 10.0.0.7 is down");
        },
      }),
    );
    expect(await ask({ body: creating({}) })).toEqual({ status: 500, body: "" });
    expect(onError).toHaveBeenCalledOnce();
  });
});

describe("a client certificate", () => {
  const pinned = (thumbprint: string) =>
    connector({
      authenticate: clientCertificate({ thumbprints: [thumbprint] }),
      beforeToken: () => continueWith(),
    });
  const body = '{"step":"PreTokenIssuance"}';

  it("comes from the TLS handshake", async () => {
    const server = createServer(
      {
        key: certificates.server.key,
        cert: certificates.server.certificate,
        requestCert: true,
        rejectUnauthorized: false,
      },
      toNode(pinned(certificates.client.thumbprint)),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { request } = await import("node:https");
    const ask = (client?: { key: string; certificate: string }) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sending = request(
          {
            port,
            host: "127.0.0.1",
            method: "POST",
            rejectUnauthorized: false,
            agent: false,
            ...(client && { key: client.key, cert: client.certificate }),
          },
          (response) => resolve(response.resume().statusCode),
        );
        sending.on("error", reject).end(body);
      });
    try {
      expect(await ask(certificates.client)).toBe(200);
      expect(await ask(certificates.server)).toBe(401);
      expect(await ask()).toBe(401);
    } finally {
      server.close();
    }
  });

  it("comes from Azure's header only where the app demands certificates", async () => {
    const { certificate, thumbprint } = certificates.client;
    const der = certificate.replace(/-----[A-Z ]+-----|\s/g, "");
    const request = () =>
      new Request("https://app.azurewebsites.net/api/sign-up", {
        method: "POST",
        headers: { "X-ARR-ClientCert": der },
        body,
      });
    expect(await toAzureFunction(pinned(thumbprint), { clientCertificates: true })(request())).toMatchObject({
      status: 200,
    });
    expect(await toAzureFunction(pinned(thumbprint))(request())).toMatchObject({ status: 401 });
    expect(await toAzureFunction(pinned("00"), { clientCertificates: true })(request())).toMatchObject({
      status: 401,
    });
  });

  it("counts by its subject only where the host verified the chain, as API Gateway does", async () => {
    const named = connector({
      authenticate: clientCertificate({ subject: "vestibule.contoso.example" }),
      beforeToken: () => continueWith(),
    });
    const { certificate } = certificates.client;
    const event = {
      requestContext: {
        http: { method: "POST" },
        authentication: { clientCert: { clientCertPem: certificate } },
      },
      body,
    };
    expect(await toLambda(named)(event)).toMatchObject({ statusCode: 200 });
    const request = new Request("https://app.azurewebsites.net/", {
      method: "POST",
      headers: { "X-ARR-ClientCert": certificate.replace(/-----[A-Z ]+-----|\s/g, "") },
      body,
    });
    expect(await toAzureFunction(named, { clientCertificates: true })(request)).toMatchObject({
      status: 401,
    });
  });
});
