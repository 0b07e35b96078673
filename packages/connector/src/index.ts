export { type LambdaEvent, type LambdaResponse, toLambda } from "./adapters/aws-lambda.ts";
export {
  type AzureOptions,
  type AzureRequest,
  type AzureResponse,
  toAzureFunction,
} from "./adapters/azure-functions.ts";
export { toFastify } from "./adapters/fastify.ts";
export { toFetch } from "./adapters/fetch.ts";
export {
  type ExpressRequest,
  type NodeRequest,
  type NodeResponse,
  toExpress,
  toNode,
} from "./adapters/node.ts";
export {
  type BlockAnswer,
  block,
  type ConnectorAnswer,
  type ContinueAnswer,
  continueWith,
  type HttpResponse,
  type ReturnedClaims,
  toResponse,
  type ValidationErrorAnswer,
  validationError,
} from "./answer.ts";
export { type AnswerMemory, type MemoryOptions, memoryOfAnswers } from "./answer-memory.ts";
export {
  type BasicCredentials,
  type CertificateDemand,
  checkApiKey,
  checkBasic,
  checkClientCertificate,
  type PresentedCertificate,
} from "./authentication.ts";
export type { IncomingCall } from "./call.ts";
export {
  apiKey,
  basic,
  type CallerCheck,
  clientCertificate,
  insecureAllowAnybody,
  queryKey,
} from "./callers.ts";
export { readCertificate } from "./certificate.ts";
export {
  type CallContext,
  type Connector,
  type ConnectorOptions,
  connector,
  type HttpAnswer,
} from "./connector.ts";
export {
  type AfterFederating,
  type BeforeCreating,
  type BeforeToken,
  type ConnectorRequest,
  type ParseOptions,
  parseRequest,
  RequestError,
  type StepRequest,
} from "./request.ts";
export { checkSignature, type SignatureDemand, signature } from "./signature.ts";
export type {
  AfterFederatingBody,
  AnswerClaims,
  AttributeValue,
  BeforeCreatingBody,
  BeforeTokenBody,
  ContinueBody,
  Identity,
  JsonValue,
  RequestClaims,
  ShowBlockPageBody,
  StepAnswers,
  StepRequests,
  ValidationErrorBody,
} from "./wire.ts";
