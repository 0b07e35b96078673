/** What an application asked for, after the relying-party side validated it. Plain JSON: it is kept with the journey. */
export interface RelyingPartyRequest {
  readonly protocol: "openid-connect";
  readonly clientId: string;
  readonly clientDisplayName: string;
  readonly redirectUri: string;
  /** The kind of redirect URI decides confidentiality, CORS and refresh-token life (protocol.md 3.4). */
  readonly redirectUriType: "web" | "spa" | "native";
  readonly responseType: readonly ("code" | "id_token" | "token")[];
  readonly responseMode: "query" | "fragment" | "form_post";
  readonly scope: readonly string[];
  readonly state?: string;
  readonly nonce?: string;
  readonly codeChallenge?: { readonly value: string; readonly method: "S256" | "plain" };
  readonly prompt?: "login" | "none" | "select_account" | "consent";
  /** Seconds. */
  readonly maxAge?: number;
  readonly loginHint?: string;
  readonly domainHint?: string;
  readonly clientInfo: boolean;
  /** Every parameter as sent, for `{OAUTH-KV:…}`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** `https://host:port` that the browser used. */
  readonly origin: string;
  /** The tenant segment as the browser wrote it (name or GUID); it is repeated in every URL of the journey. */
  readonly tenantSegment: string;
  readonly ipAddress: string;
  /** True for the addresses without `v2.0`: their grants are redeemed there too (protocol.md 1). */
  readonly versionless?: boolean;
}

export interface Culture {
  /** BCP 47, for example `en-US`; what `{Culture:RFC5646}` and `ui_locales` say. */
  readonly tag: string;
  /** Language whose texts are shown, for example `en` or `pt-br`. */
  readonly language: string;
}
