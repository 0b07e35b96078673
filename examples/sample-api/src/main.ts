import { startSampleApi } from "./sample-api.ts";

const { url } = await startSampleApi({ port: Number(process.env.PORT ?? 4481) });
console.log(`The sample API listens at ${url}: /after-federating, /before-creating, /before-token`);
