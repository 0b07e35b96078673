import { startSampleSocial } from "./index.ts";

const social = await startSampleSocial();
console.log(`Sample social: ${social.url}`);
