export { compileUserFlow, type UserFlowCompilation } from "./compile/compile.ts";
export * from "./document/attributes.ts";
export { JsonReading, type Positions, positionOf, type ReadingCodes } from "./document/json-reading.ts";
export { builtInLanguages, flowPage, flowPages } from "./document/pages.ts";
export * as shapes from "./document/shapes.ts";
export * from "./document/user-flow.ts";
export type { LanguagePage, UserFlowType, UserInputType } from "./document/user-flow-schema.ts";
export { readLanguagePage, readUserFlow, type UserFlowReading, withLanguagePages } from "./read.ts";
export * from "./tenant-facts.ts";
