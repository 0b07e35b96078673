export { createApplicationAnswers } from "./answers.ts";
export { registerRelyingParty } from "./register.ts";
