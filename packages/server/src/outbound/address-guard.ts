import ipaddr from "ipaddr.js";

export interface AddressRules {
  /** 127.0.0.0/8 and ::1. */
  readonly loopback: boolean;
  /** Private, carrier-grade and unique local ranges. */
  readonly private: boolean;
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
 * The rules of api-connectors.md U65: link-local, unspecified, multicast and other special addresses are refused
 * always, loopback and private ones unless the server's settings allow them.
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
    if (range === "loopback") return rules.loopback ? undefined : "loopback addresses are not allowed here";
    if (privateRanges.has(range)) return rules.private ? undefined : "private addresses are not allowed here";
    return `addresses of the range ${range} are never called`;
  };
}

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
