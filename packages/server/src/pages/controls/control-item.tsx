import type { PageControl, PageField } from "@vestibule/engine";
import type { DisplayControlType } from "@vestibule/policy";
import type { ComponentChildren } from "preact";
import type { PageFrame } from "../page-frame.ts";
import {
  AuthenticatorAppIconControl,
  AuthenticatorInfoControl,
  QrCodeControl,
} from "./authenticator-controls.tsx";
import { VerificationControl } from "./verification-control.tsx";

export interface ControlProps {
  readonly frame: PageFrame;
  readonly control: PageControl;
  /** The control's own fields. */
  readonly fields: readonly PageField[];
}

/** How each kind of display control looks; a new kind is one component and one line. */
const components: Readonly<Partial<Record<DisplayControlType, (props: ControlProps) => ComponentChildren>>> =
  {
    VerificationControl,
    QrCodeControl,
    AuthenticatorInfoControl,
    AuthenticatorAppIconControl,
  };

/** A display control in the list of a page's fields: pages.md 3.5. */
export function ControlItem(props: ControlProps) {
  const { control } = props;
  const Content = components[control.type];
  if (!Content) throw new Error(`no page component for ${control.type}`);
  return (
    <li class={`${control.type} ${control.id}_li`}>
      <div class="attrEntry">
        {control.displayName !== "" && (
          <label id={`${control.id}_label`} for={control.id}>
            {control.displayName}
          </label>
        )}
        <div class="error itemLevel" role="alert" aria-hidden="true" style="display:none">
          <p />
        </div>
        <Content {...props} />
      </div>
    </li>
  );
}
