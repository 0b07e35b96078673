export {
  block,
  type ConnectorAnswer,
  continueWith,
  type HttpResponse,
  type ReturnedClaims,
  toResponse,
  validationError,
} from "./answer.ts";
export {
  type BasicCredentials,
  type CertificateDemand,
  checkBasic,
  checkClientCertificate,
  type PresentedCertificate,
} from "./authentication.ts";
export {
  type AfterFederating,
  type AttributeValue,
  type BeforeCreating,
  type BeforeToken,
  type ConnectorRequest,
  type Identity,
  type ParseOptions,
  parseRequest,
  RequestError,
  type StepRequest,
} from "./request.ts";
