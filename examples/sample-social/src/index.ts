export { type SampleSocial, type SampleSocialOptions, startSampleSocial } from "./sample-social.ts";
