import { basename } from "node:path";
import type { NewAccount, Program } from "@vestibule/engine";
import { compile as compilePolicy } from "@vestibule/engine";
import type { Diagnostic, Policy } from "@vestibule/policy";
import type {
  ConnectorFacts,
  CustomAttributeFacts,
  IdentityProviderFacts,
  TenantFacts,
} from "@vestibule/user-flows";
import { customAttributeName, JsonReading } from "@vestibule/user-flows";
import { accountsShape, readAccount } from "./accounts.ts";
import { applicationShape, grantPermissions, readApplication } from "./applications.ts";
import { connectorShape, readConnector } from "./connectors.ts";
import { readCustomPolicies } from "./custom-policies.ts";
import { type TenantFolder as Folder, TenantFolder, tenantCodes } from "./documents.ts";
import { identityProviderShape, readIdentityProvider, unsupportedProvider } from "./identity-providers.ts";
import { type ReadingMemory, readingMemory } from "./reading-memory.ts";
import { SecretSources, type TenantMode } from "./secrets.ts";
import type { Application, Tenant, TenantReading } from "./tenant.ts";
import { attributesShape, checkTenantDocument, type TenantDocument, tenantShape } from "./tenant-document.ts";
import { readFlows } from "./user-flows.ts";

export type CompilePolicy = (policy: Policy) => {
  readonly program?: Program;
  readonly diagnostics: readonly Diagnostic[];
};

export interface ReadTenantOptions {
  readonly mode: TenantMode;
  /** Absent = the engine's. */
  readonly compile?: CompilePolicy;
  /** Of the tenant's last reading; absent = everything is read anew. */
  readonly memory?: ReadingMemory;
}

/** A reading, and what an older one may stand in for. */
export interface FullTenantReading extends TenantReading {
  /** Lower-case policy id → its file, below the tenant's folder. */
  readonly policyFiles: ReadonlyMap<string, string>;
  readonly brokenPolicyFiles: ReadonlySet<string>;
  /** False where any document but a flow holds an error: the tenant's last good version should go on serving. */
  readonly isWhole: boolean;
}

/**
 * Reads one tenant's folder in the layout of user-flows.md 16: `tenant.json`, `userFlowAttributes.json`,
 * `identityProviders/*.json`, `apiConnectors/*.json`, `applications.json` or `applications/*.json`, `userFlows/*.json`
 * with `userFlows/<id>/<tag>/<pageId>.json`, policy files (`*.xml`, and everywhere below `policies`), and `accounts.json` (development mode). It never throws for what stands in
 * the files: that becomes diagnostics, and what is good is given out.
 */
export async function readTenant(directory: string, options: ReadTenantOptions): Promise<FullTenantReading> {
  const folder = new TenantFolder(directory);
  const document = await readTenantDocument(folder);
  if (!document) {
    return {
      diagnostics: folder.diagnostics,
      policyFiles: new Map(),
      brokenPolicyFiles: new Set(),
      isWhole: false,
    };
  }
  const secrets = new SecretSources(directory, options.mode);
  const extensionsAppId = document.extensionsAppId.replaceAll("-", "").toLowerCase();
  const customAttributes = await readAttributes(folder);
  const identityProviders = await readIdentityProviders(folder, secrets, options.mode);
  const connectors = await readConnectors(folder, secrets, options.mode, customAttributes);
  const applications = await readApplications(folder, secrets);
  const seedAccounts = await readAccounts(folder, options.mode, {
    ...document,
    extensionsAppId,
    customAttributes,
  });
  const isWhole = !folder.diagnostics.some(({ severity }) => severity === "error");
  const facts = tenantFacts(document, extensionsAppId, options.mode, {
    customAttributes,
    identityProviders,
    connectors,
  });
  const memory = options.memory ?? readingMemory(options.compile ?? compilePolicy);
  const flows = await readFlows(folder, facts, memory);
  const domains = [
    ...new Set([document.defaultDomain, ...document.domains].map((domain) => domain.toLowerCase())),
  ];
  const custom = await readCustomPolicies(
    folder,
    {
      mode: options.mode,
      domains,
      objectId: document.id.toLowerCase(),
      flowAnalysis: document.settings.lenientClaimFlow ? "warning" : "error",
    },
    memory,
  );
  if (flows.policies.size + flows.broken.size + custom.policies.size + custom.broken.size === 0) {
    folder.report(
      "TN010",
      "warning",
      "userFlows",
      "The tenant has no user flow and no policy: nobody can sign in.",
      "Add userFlows/B2C_1_signup_signin.json.",
    );
  }
  const tenant: Tenant = {
    id: document.id.toLowerCase(),
    displayName: document.displayName,
    defaultDomain: document.defaultDomain.toLowerCase(),
    domains,
    extensionsAppId,
    smartLockout: document.smartLockout,
    passwordExpiryInDays: document.passwordExpiryInDays,
    branding: brandingOf(document),
    settings: document.settings,
    applications,
    customAttributes,
    connectors: connectors.map(({ id, displayName, targetUrl, authentication, settings }) => ({
      id,
      displayName,
      targetUrl,
      authentication: authentication.kind,
      ...(settings?.requestTemplate !== undefined && { requestTemplate: settings.requestTemplate }),
      jsonClaims: (settings?.jsonClaims ?? "").match(/(?<=extension_)\w+/g) ?? [],
    })),
    policies: new Map([...flows.policies, ...custom.policies]),
    keyContainers: secrets.containers,
    ...(seedAccounts.length > 0 && { seedAccounts }),
    directory,
  };
  return {
    tenant,
    diagnostics: folder.diagnostics,
    policyFiles: new Map([...flows.files, ...custom.files]),
    brokenPolicyFiles: new Set([...flows.broken, ...custom.broken]),
    isWhole,
  };
}

async function readTenantDocument(folder: Folder): Promise<TenantDocument | undefined> {
  const text = await folder.text("tenant.json");
  if (text !== undefined) return folder.read("tenant.json", text, tenantShape, checkTenantDocument);
  if (folder.diagnostics.length === 0) {
    folder.report(
      "TN010",
      "error",
      "tenant.json",
      "The folder is no tenant: it has no tenant.json.",
      "See docs for the layout of a tenant's folder.",
    );
  }
  return undefined;
}

function brandingOf({ branding }: TenantDocument): Tenant["branding"] {
  const { tokens, bannerLogo, backgroundImage, backgroundColor } = branding;
  return {
    tokens: Object.fromEntries(Object.entries(tokens).filter(([, value]) => value !== undefined)),
    ...(bannerLogo !== undefined && { bannerLogo }),
    ...(backgroundImage !== undefined && { backgroundImage }),
    ...(backgroundColor !== undefined && { backgroundColor }),
  };
}

function tenantFacts(
  document: TenantDocument,
  extensionsAppId: string,
  mode: TenantMode,
  parts: Pick<TenantFacts, "customAttributes" | "identityProviders" | "connectors">,
): TenantFacts {
  const methods = document.b2cAuthenticationMethodsPolicy;
  const { connectorPreset, strictConnectorAnswers, enforceBlockAtTokenStep, sendLocalIdentitiesAtSignup } =
    document.settings;
  return {
    ...parts,
    tenantId: document.id.toLowerCase(),
    defaultDomain: document.defaultDomain.toLowerCase(),
    extensionsAppId,
    deploymentMode: mode === "development" ? "Development" : "Production",
    authenticationMethods: {
      emailWithPassword: methods.isEmailPasswordAuthenticationEnabled,
      userName: methods.isUserNameAuthenticationEnabled,
    },
    isAgeGatingConfigured: document.ageGating.isConfigured,
    connectorSettings: {
      preset: connectorPreset,
      strictAnswers: strictConnectorAnswers,
      enforceBlockAtTokenStep,
      sendLocalIdentitiesAtSignup,
    },
  };
}

async function readAttributes(folder: Folder): Promise<CustomAttributeFacts[]> {
  const path = "userFlowAttributes.json";
  const text = await folder.text(path);
  const seen = new Set<string>();
  const list =
    text === undefined
      ? undefined
      : folder.read(path, text, attributesShape, (attributes, reading) => {
          for (const [index, { id }] of attributes.entries()) {
            const name = (customAttributeName(id) ?? id).toLowerCase();
            if (seen.has(name))
              reading.report("TN032", "error", `[${index}].id`, `The attribute '${id}' is defined twice.`, {
                hint: "Remove one of the two.",
              });
            seen.add(name);
          }
          if (attributes.length > 100)
            reading.report("TN004", "error", "", "A tenant has at most 100 custom attributes.", {
              hint: `There are ${attributes.length}.`,
            });
        });
  return (list ?? [])
    .filter(({ userFlowAttributeType }) => userFlowAttributeType === "custom")
    .map(({ id, displayName, description, dataType }) => {
      const name = customAttributeName(id) ?? id;
      return { name, displayName: displayName ?? name, description, dataType };
    });
}

/** The id of a resource whose document names none: its file's name. */
const fileId = (path: string) => basename(path, ".json");

async function readIdentityProviders(
  folder: Folder,
  secrets: SecretSources,
  mode: TenantMode,
): Promise<IdentityProviderFacts[]> {
  const found: IdentityProviderFacts[] = [];
  for (const path of await folder.jsonFiles("identityProviders")) {
    const text = await folder.text(path);
    if (text === undefined) continue;
    const type = /"@odata\.type"\s*:\s*"([^"]*)"/.exec(text)?.[1];
    if (type !== undefined && unsupportedProvider.test(type)) {
      folder.report(
        "TN190",
        "error",
        path,
        `Identity providers of type '${type}' are not supported yet.`,
        "Use '#microsoft.graph.openIdConnectIdentityProvider'.",
      );
      continue;
    }
    folder.read(path, text, identityProviderShape, (document, reading) => {
      const provider = readIdentityProvider(document, fileId(path), reading, secrets, mode);
      if (addUnique(found, provider, reading)) found.push(provider);
    });
  }
  return found;
}

async function readConnectors(
  folder: Folder,
  secrets: SecretSources,
  mode: TenantMode,
  customAttributes: readonly CustomAttributeFacts[],
): Promise<ConnectorFacts[]> {
  const found: ConnectorFacts[] = [];
  for (const path of await folder.jsonFiles("apiConnectors")) {
    const text = await folder.text(path);
    if (text === undefined) continue;
    folder.read(path, text, connectorShape, (document, reading) => {
      const connector = readConnector(document, fileId(path), reading, secrets, mode, customAttributes);
      if (addUnique(found, connector, reading)) found.push(connector);
    });
  }
  if (found.length > 20)
    folder.report(
      "TN004",
      "error",
      "apiConnectors",
      `A tenant has at most 20 API connectors; there are ${found.length}.`,
    );
  return found;
}

function addUnique(
  found: readonly { readonly id: string }[],
  added: { readonly id: string },
  reading: JsonReading,
): boolean {
  if (!found.some(({ id }) => id.toLowerCase() === added.id.toLowerCase())) return true;
  reading.report("TN032", "error", "id", `The id '${added.id}' is there twice.`, {
    hint: "Ids compare without regard to case.",
  });
  return false;
}

async function readApplications(folder: Folder, secrets: SecretSources): Promise<Application[]> {
  const read: Parameters<typeof grantPermissions>[0][number][] = [];
  const readings: { reading: JsonReading; from: number }[] = [];
  const one = await folder.text("applications.json");
  const files = [
    ...(one === undefined ? [] : [{ path: "applications.json", text: one, isList: true }]),
    ...(await Promise.all(
      (
        await folder.jsonFiles("applications")
      ).map(async (path) => ({ path, text: await folder.text(path), isList: false })),
    )),
  ];
  for (const { path, text, isList } of files) {
    if (text === undefined) continue;
    const reading = new JsonReading(text, folder.name(path), tenantCodes);
    const root = reading.root();
    const elements =
      root === undefined ? [] : isList && root.type === "array" ? (root.children ?? []) : [root];
    for (const [index, element] of elements.entries()) {
      const place = isList ? `[${index}]` : "";
      reading.positions.set(place, reading.at(element.offset));
      const document = applicationShape.read(element, place, reading);
      if (!document) continue;
      const application = readApplication(document, place, reading, secrets);
      if (read.some((other) => other.application.clientId === application.clientId)) {
        reading.report(
          "TN032",
          "error",
          `${place}${place === "" ? "" : "."}appId`,
          `The appId '${document.appId}' is there twice.`,
          {
            hint: "Remove one of the two.",
          },
        );
      } else read.push({ document, application, path: place, reading });
    }
    readings.push({ reading, from: 0 });
  }
  const applications = grantPermissions(read);
  for (const { reading } of readings) folder.diagnostics.push(...reading.diagnostics);
  return applications;
}

async function readAccounts(
  folder: Folder,
  mode: TenantMode,
  tenant: Parameters<typeof readAccount>[3],
): Promise<NewAccount[]> {
  const path = "accounts.json";
  const text = await folder.text(path);
  if (text === undefined) return [];
  if (mode === "production") {
    folder.report(
      "TN061",
      "warning",
      path,
      "Demonstration accounts are created in development mode only.",
      "Remove the file in production.",
    );
    return [];
  }
  const accounts: NewAccount[] = [];
  folder.read(path, text, accountsShape, (documents, reading) => {
    for (const [index, document] of documents.entries())
      accounts.push(readAccount(document, `[${index}]`, reading, tenant));
  });
  return accounts;
}
