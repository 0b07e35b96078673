export { builtInAttributes, matchName, type ReturnedName, readReturnedName } from "./connector/names.ts";
export { chooseCertificate } from "./credentials.ts";
export { connectorSteps } from "./metadata.ts";
export { isPreset, type Preset, presets } from "./presets.ts";
export { blockMessagePartner, restfulProfile } from "./restful.ts";
