export { JourneyBrowser } from "./browser.ts";
export { type MemoryPorts, memoryPorts } from "./memory-ports.ts";
export { handler, selfAsserted, step, technicalProfile } from "./sample-policy.ts";
