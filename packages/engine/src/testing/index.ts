export { convertClaim } from "../claims/convert.ts";
export { parseIsoDateTime } from "../claims/dotnet/date-time.ts";
export { checkTransformations } from "../transformations/check.ts";
export { transformationTexts } from "../transformations/localized-texts.ts";
export { policyKeysOf, runTransformation } from "../transformations/run.ts";
export { JourneyBrowser } from "./browser.ts";
export { type MemoryPorts, memoryPorts } from "./memory-ports.ts";
export {
  handler,
  type SampleParts,
  samplePolicy,
  selfAsserted,
  step,
  technicalProfile,
} from "./sample-policy.ts";
