import type { Codec, RestfulContext } from "../exchange.ts";
import type { ConnectorMetadata } from "../metadata.ts";
import { decodeConnectorAnswer } from "./answer.ts";
import { encodeConnectorRequest } from "./request.ts";

/** The contract of user-flow API connectors (api-connectors.md A2 to A4). */
export function connectorCodec(connector: ConnectorMetadata): Codec {
  return {
    encode: (context: RestfulContext) => encodeConnectorRequest(context, connector),
    decode: (context, answer) => decodeConnectorAnswer(context, connector, answer),
  };
}
