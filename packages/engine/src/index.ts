export * from "./claims/value.ts";
export { type Advance, advance } from "./journey/advance.ts";
export { type ErrorPageModel, errorPageModel } from "./journey/error-page.ts";
export * from "./journey/event.ts";
export { type NewJourney, newJourney } from "./journey/new-journey.ts";
export * from "./journey/outcome.ts";
export * from "./journey/page.ts";
export * from "./journey/request.ts";
export * from "./journey/session.ts";
export * from "./journey/state.ts";
export * from "./journey/trace.ts";
export * from "./ports.ts";
export {
  blockMessagePartner,
  builtInAttributes,
  type CallPolicy,
  type CallSetting,
  callSettings,
  chooseCertificate,
  connectorSteps,
  connectorTemplateProblem,
  type Delivery,
  deliverNotification,
  deliveryTime,
  isPreset,
  longestValue,
  type OwnItem,
  ownItems,
  type Preset,
  presetNames,
  presets,
  type RestfulMetadata,
  replayCall,
  restfulProfile,
} from "./profiles/restful/index.ts";
export { parseJson } from "./profiles/restful/json.ts";
export { type Compilation, compile } from "./program/compile.ts";
export type { Program } from "./program/program.ts";
export * from "./second-factor-ports.ts";
export {
  builtInStrings,
  errorMessages,
  fieldErrors,
  fillString,
  stringsFor,
  uxStrings,
} from "./strings/index.ts";
