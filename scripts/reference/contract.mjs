// The machine-readable contract of API connectors: file name → text, for packages/connector/schema.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../bootstrap.mjs";
import { readTypes } from "./type-schemas.mjs";

const folder = join(root, "packages", "connector");
const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const dialect = "https://json-schema.org/draft/2020-12/schema";

const steps = {
  PostFederationSignup: ["after-federating", "After federating with an identity provider during sign-up"],
  PostAttributeCollection: ["before-creating", "Before creating the user"],
  PreTokenIssuance: ["before-token", "Before sending the token"],
};

/** Names of types that are only tables of other types. */
const tables = new Set(["StepRequests", "StepAnswers"]);

const read = (reference) =>
  readTypes(join(folder, "tsconfig.json"), join(folder, "src", "wire.ts"), reference);

const schemas = read((name) => `#/$defs/${name}`);
const requests = schemas.members("StepRequests");
const answers = schemas.members("StepAnswers");
const definitions = schemas.all();
schemas.close();

const components = read((name) => `#/components/schemas/${name}`);
const componentSchemas = components.all();
components.close();

export const contractFiles = new Map([
  ...Object.entries(steps).flatMap(([step, [name, title]]) => [
    [`${name}.request.schema.json`, json(document(`${title}: what is posted`, requests.get(step)))],
    [`${name}.answer.schema.json`, json(document(`${title}: what may be answered`, answers.get(step)))],
  ]),
  ["openapi.json", json(openApi())],
]);

/** One document with everything that it refers to. */
function document(title, names) {
  const needed = new Map();
  const collect = (schema) => {
    for (const [, name] of JSON.stringify(schema).matchAll(/"#\/\$defs\/(\w+)"/g)) {
      if (needed.has(name)) continue;
      needed.set(name, definitions.get(name));
      collect(definitions.get(name));
    }
  };
  const schema = oneOf(names, (name) => `#/$defs/${name}`);
  collect(schema);
  return { $schema: dialect, title, ...schema, $defs: Object.fromEntries(needed) };
}

function oneOf(names, reference) {
  const [only, ...others] = names;
  if (others.length === 0) return { $ref: reference(only) };
  return { oneOf: names.map((name) => ({ $ref: reference(name) })) };
}

function openApi() {
  const component = (name) => `#/components/schemas/${name}`;
  const content = (names) => ({ "application/json": { schema: oneOf(names, component) } });
  const paths = Object.entries(steps).map(([step, [name, title]]) => {
    const successes = answers.get(step).filter((one) => one !== "ValidationErrorBody");
    const corrects = answers.get(step).includes("ValidationErrorBody");
    const operation = {
      operationId: name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()),
      summary: title,
      description: componentSchemas.get(requests.get(step)[0]).description,
      parameters: [{ $ref: "#/components/parameters/IdempotencyKey" }],
      requestBody: { required: true, content: content(requests.get(step)) },
      responses: {
        200: { description: "Go on, or end the sign-up.", content: content(successes) },
        ...(corrects && {
          400: {
            description: "Let the person correct what was typed.",
            content: content(["ValidationErrorBody"]),
          },
        }),
        401: { description: "The caller did not prove who it is. No body." },
      },
    };
    return [`/${name}`, { post: operation }];
  });
  return {
    openapi: "3.1.0",
    info: {
      title: "API connector",
      summary: "A REST API that takes part in sign-up and sign-in.",
      description:
        "One operation for each step of a user flow. The paths are yours to choose: a connector is configured with its whole address, and one address may serve several steps, told apart by `step`. Any other answer, or none, is a failure: nothing is created and no token goes out.",
      version,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    jsonSchemaDialect: dialect,
    servers: [{ url: "https://api.contoso.example", description: "Your API" }],
    security: [{ basic: [] }, { apiKey: [] }, { clientCertificate: [] }],
    paths: Object.fromEntries(paths),
    components: {
      parameters: {
        IdempotencyKey: {
          name: "Idempotency-Key",
          in: "header",
          required: false,
          description: "The same for every try of one call: do the work once.",
          schema: { type: "string" },
        },
      },
      schemas: Object.fromEntries([...componentSchemas].filter(([name]) => !tables.has(name))),
      securitySchemes: {
        basic: { type: "http", scheme: "basic" },
        apiKey: { type: "apiKey", in: "header", name: "x-functions-key" },
        clientCertificate: { type: "mutualTLS" },
      },
    },
  };
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}
