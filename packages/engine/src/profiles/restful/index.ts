export { builtInAttributes, matchName, type ReturnedName, readReturnedName } from "./connector/names.ts";
export { chooseCertificate } from "./credentials.ts";
export { type ConnectorStep, connectorSteps, type RestfulMetadata } from "./metadata.ts";
export { type CallLimits, isPreset, type Preset, presets } from "./presets.ts";
export { blockMessagePartner, restfulProfile } from "./restful.ts";
