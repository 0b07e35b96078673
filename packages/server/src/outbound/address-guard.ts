import ipaddr from "ipaddr.js";

export interface AddressRules {
  /** 127.0.0.0/8 and ::1. */
  readonly loopback: boolean;
  /** Private, carrier-grade and unique local ranges. */
  readonly private: boolean;
  /** Loopback and private networks that may be called all the same. */
  readonly networks?: readonly Network[];
}

/** A range of addresses; made by `readNetwork`. */
export type Network = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** `10.1.0.0/16`, `fd12::/16`, or one address; undefined where the text is none. */
export function readNetwork(text: string): Network | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

/** Why an address must not be dialled; undefined where it may. Asked with the address that is really dialled. */
export type AddressGuard = (address: string) => string | undefined;

/** Instance-metadata and host services of cloud providers outside the link-local range. */
const metadataAddresses = new Set([
  "168.63.129.16",
  "100.100.100.200",
  "fd00:ec2::254",
  "fd00:ec2::23",
  "fd20:ce::254",
  "192.0.0.192",
]);

const privateRanges = new Set(["private", "uniqueLocal", "carrierGradeNat"]);

/**
 * Link-local, unspecified, multicast and other special addresses are refused always, loopback and private ones unless the
 * server's settings allow them (api-connectors.md U65).
 */
export function addressGuard(rules: AddressRules): AddressGuard {
  return (text) => {
    if (!ipaddr.isValid(text)) return "it is no IP address";
    const address = ipaddr.process(text);
    if (metadataAddresses.has(address.toString())) return "it belongs to a cloud provider's metadata service";
    const embedded = embeddedIPv4(address);
    if (embedded === "opaque") return "it tunnels to an address that cannot be checked";
    const range = (embedded ?? address).range();
    if (embedded && metadataAddresses.has(embedded.toString())) {
      return "it belongs to a cloud provider's metadata service";
    }
    if (range === "unicast") return undefined;
    const listed = () =>
      rules.networks?.some(
        ([network, bits]) =>
          network.kind() === (embedded ?? address).kind() && (embedded ?? address).match(network, bits),
      ) ?? false;
    if (range === "loopback") {
      return rules.loopback || listed() ? undefined : "loopback addresses are not allowed here";
    }
    if (privateRanges.has(range)) {
      return rules.private || listed() ? undefined : "private addresses are not allowed here";
    }
    return `addresses of the range ${range} are never called`;
  };
}

/** Whether an address lies outside every network of one's own. */
export const isPublicAddress = (address: string): boolean =>
  addressGuard({ loopback: false, private: false })(address) === undefined;

/** An IPv6 address may carry an IPv4 address that a gateway then dials: the inner one is what counts. */
function embeddedIPv4(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | "opaque" | undefined {
  if (!(address instanceof ipaddr.IPv6)) return undefined;
  const bytes = address.toByteArray();
  switch (address.range()) {
    case "rfc6052":
    case "rfc6145":
      return new ipaddr.IPv4(bytes.slice(12));
    case "6to4":
      return new ipaddr.IPv4(bytes.slice(2, 6));
    case "teredo":
      return "opaque";
    default:
      // ::a.b.c.d, the deprecated IPv4-compatible form.
      return bytes.slice(0, 12).every((byte) => byte === 0) && bytes.slice(12, 15).some((byte) => byte !== 0)
        ? new ipaddr.IPv4(bytes.slice(12))
        : undefined;
  }
}
