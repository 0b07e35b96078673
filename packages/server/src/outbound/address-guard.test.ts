import { expect, it } from "vitest";
import { addressGuard } from "./address-guard.ts";

const open = addressGuard({ loopback: true, private: true });
const closed = addressGuard({ loopback: false, private: false });

it.each([
  "169.254.169.254",
  "169.254.0.1",
  "fe80::1",
  "0.0.0.0",
  "::",
  "224.0.0.1",
  "ff02::1",
  "255.255.255.255",
  "240.0.0.1",
  "168.63.129.16",
  "100.100.100.200",
  "fd00:ec2::254",
  "::ffff:169.254.169.254",
  "64:ff9b::a9fe:a9fe",
  "2002:a9fe:a9fe::1",
  "::169.254.169.254",
  "2001:0:a9fe:a9fe::1",
  "not an address",
  "",
])("%j is never called", (address) => {
  expect(open(address)).toBeTypeOf("string");
});

it.each(["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"])(
  "%s is called where loopback is allowed",
  (address) => {
    expect(open(address)).toBeUndefined();
    expect(closed(address)).toBeTypeOf("string");
  },
);

it.each([
  "10.0.0.1",
  "172.16.3.4",
  "192.168.1.1",
  "100.64.0.1",
  "fd12::1",
  "::ffff:10.0.0.1",
  "2002:a00:1::1",
])("%s is called where private addresses are allowed", (address) => {
  expect(open(address)).toBeUndefined();
  expect(closed(address)).toBeTypeOf("string");
});

it.each(["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])(
  "%s is public",
  (address) => {
    expect(closed(address)).toBeUndefined();
  },
);
