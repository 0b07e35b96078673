export { type SampleApi, type SampleApiOptions, startSampleApi } from "./sample-api.ts";
