import { clientId, tenantDomain, tenantId } from "../lab/laboratory.ts";

const someGuid = "d1a50000-0000-4000-8000-0000000000b2";

/**
 * Puts values in the place of what a published policy leaves to its reader: the tenant's name, settings, ids. Texts that
 * are no placeholder stay as they are.
 */
export function fillPlaceholders(text: string): string {
  let filled = text;
  const root = /<TrustFrameworkPolicy\b[^>]*>/.exec(text.replace(/<!--[\s\S]*?-->/g, ""))?.[0] ?? "";
  const named = /\bTenantId\s*=\s*["']([^"']*)["']/.exec(root)?.[1] ?? "";
  if (named.trim() !== "") filled = filled.replaceAll(named, tenantDomain);
  // A list of applications that may sign people in: ours is one of them.
  if (/\{OIDC:ClientId\}/i.test(filled))
    filled = filled.replace(
      /(<InputParameter\s+Id=")[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"/i,
      `$1${clientId}"`,
    );
  return filled
    .replaceAll(/\{\{\s*tenantId\s*\}\}|your-?_?tenant(?:name)?\.onmicrosoft\.com/gi, tenantDomain)
    .replaceAll(/(<Item\s+Key="client_id"\s*>)\s*(<\/Item>)/gi, "$1placeholder$2")
    .replaceAll(/\{Settings:([A-Za-z0-9_.-]+)\}/g, (_, name: string) => setting(name))
    .replaceAll(
      /(<Item\s+Key="(?:ServiceUrl|METADATA|authorization_endpoint|AccessTokenEndpoint|ClaimsEndpoint)"\s*>)\s*((?:[^<]|<!--[\s\S]*?-->)*?)\s*(<\/Item>)/gi,
      address,
    )
    .replaceAll(/(<LoadUri>)\s*([^<]*?)\s*(<\/LoadUri>)/gi, address);
}

function setting(name: string): string {
  if (/objectid|clientid|app(lication)?id|tenantid$/i.test(name)) return someGuid;
  if (/tenant/i.test(name)) return tenantDomain;
  if (/url|uri|endpoint|host/i.test(name)) return "https://setting.example";
  if (/mode/i.test(name)) return "Development";
  return /key/i.test(name) ? tenantId : name;
}

/** Addresses that are none yet become some. */
function address(match: string, open: string, written: string, close: string): string {
  const text = written.replace(/<!--[\s\S]*?-->/g, "").trim();
  if (/^(https?:\/\/[^\s{}<>]+|~\/.*|\{[A-Za-z]+:.*)$/i.test(text) || /\{[A-Za-z-]+:[^}]+\}/.test(text))
    return match;
  const path = text
    .replace(/^https?:\/\//i, "")
    .replace(/[^A-Za-z0-9/._-]+/g, "-")
    .replace(/^[-/]+|[-/]+$/g, "");
  return `${open}https://placeholder.example/${path}${close}`;
}
