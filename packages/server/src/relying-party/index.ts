export { type Address, basePath, parseAddress } from "./address.ts";
export { createApplicationAnswers } from "./answers.ts";
export { chooseCulture } from "./culture.ts";
export { requestOrigin } from "./origin.ts";
export { redirectUriProblem } from "./redirect-uri.ts";
export { registerRelyingParty } from "./register.ts";
