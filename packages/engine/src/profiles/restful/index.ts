export { chooseCertificate } from "./credentials.ts";
export { connectorSteps } from "./metadata.ts";
export { isPreset, type Preset, presets } from "./presets.ts";
export { replayCall } from "./replay.ts";
export { blockMessagePartner, restfulProfile } from "./restful.ts";
