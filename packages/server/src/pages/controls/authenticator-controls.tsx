import type { ControlProps } from "./control-item.tsx";
import { qrCodePicture } from "./qr-code.ts";

/** Where to get an authenticator app: pages.md 3.5. No picture is loaded from another host. */
export function AuthenticatorAppIconControl({ control }: ControlProps) {
  const { id, content } = control;
  const { title_text, instruction_text } = content;
  return (
    <div class="authenticatorAppIconControlContent" id={id}>
      <p id={`${id}-title`}>{title_text}</p>
      <p class="authenticatorAppLinks">
        <a
          id={`${id}-google`}
          href="https://play.google.com/store/apps/details?id=com.azure.authenticator"
          target="_blank"
          rel="noopener noreferrer"
        >
          Google Play
        </a>{" "}
        <a
          id={`${id}-apple`}
          href="https://apps.apple.com/app/microsoft-authenticator/id983156458"
          target="_blank"
          rel="noopener noreferrer"
        >
          App Store
        </a>
      </p>
      {instruction_text !== undefined && <p id={`${id}-instruction`}>{instruction_text}</p>}
    </div>
  );
}

/** The picture that an authenticator app scans, and on a telephone the link that opens the app. */
export function QrCodeControl({ control, fields }: ControlProps) {
  const { id, content } = control;
  const shown =
    fields.find((field) => field.control?.claimType?.toLowerCase() === "qrcodecontent") ?? fields[0];
  const text = shown?.value ?? "";
  const picture = qrCodePicture(text);
  // The text may hold what people typed: nothing but an app's own addresses becomes a link.
  const link = /^otpauth:\/\//i.test(text) ? text : undefined;
  return (
    <div class="qrCodeControlContent" id={id}>
      <h2 id={`${id}-title`}>{content.title_text}</h2>
      <p class="qrCodeInfo" id={`${id}_info_message`}>
        {content.info_msg}
      </p>
      <div id={`${id}-picture`}>
        {picture !== undefined && (
          <img id={`${id}-img`} src={picture} alt={content.title_text ?? ""} width={200} height={200} />
        )}
      </div>
      {link !== undefined && (
        <a id={`${id}-text`} href={link}>
          {content.link_text}
        </a>
      )}
    </div>
  );
}

/** The same for people who type it: name of the account and secret. Folded, as in B2C; it opens without a script. */
export function AuthenticatorInfoControl({ control, fields }: ControlProps) {
  const { id, content } = control;
  const [account, secret, ...others] = fields;
  return (
    <details class="authenticatorInfoControlContent" id={id}>
      <summary class="authenticatorInfoCollapse" id={`${id}-collapse_text`}>
        {content.collapse_text}
      </summary>
      <p id={`${id}-title`}>{content.title_text}</p>
      {account && (
        <p id={`${id}-account_name`}>
          {content.account_name} <span class="value">{account.value}</span>
        </p>
      )}
      {secret && (
        <p id={`${id}-secret`}>
          {content.display_prefix} <span class="value">{secret.value}</span>
        </p>
      )}
      {others.map((field) => (
        <p key={field.id}>
          {field.displayName} <span class="value">{field.value}</span>
        </p>
      ))}
    </details>
  );
}
