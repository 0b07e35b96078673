export { type CallSetting, callSettings } from "./call-settings.ts";
export { longestValue } from "./connector/limits.ts";
export { chooseCertificate } from "./credentials.ts";
export { connectorSteps } from "./metadata.ts";
export { type Delivery, deliverNotification, deliveryTime } from "./notification.ts";
export { type OwnItem, ownItems } from "./own-items.ts";
export { type CallPolicy, isPreset, type Preset, presetNames, presets } from "./presets.ts";
export { replayCall } from "./replay.ts";
export { blockMessagePartner, restfulProfile } from "./restful.ts";
