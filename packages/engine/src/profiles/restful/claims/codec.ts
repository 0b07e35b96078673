import type { Codec } from "../exchange.ts";
import { decodeClaims } from "./answer.ts";
import { encodeClaims } from "./request.ts";

/** The contract of RESTful technical profiles in custom policies (api-connectors.md B4 to B7). */
export const claimsCodec: Codec = {
  encode: async (context) => encodeClaims(context),
  decode: decodeClaims,
};
