/**
 * Spellings of addresses that must not be called, as hosts of an address. `is` says why: this machine and private networks
 * can be allowed, everything else never. Names are answered by the test's resolver with the address behind the arrow.
 */
export interface Spelling {
  readonly host: string;
  readonly is: "loopback" | "private" | "never";
  /** What the name resolves to. */
  readonly resolves?: readonly string[];
}

const spellings = (is: Spelling["is"], text: string): readonly Spelling[] =>
  text
    .trim()
    .split(/\s*\n\s*/)
    .flatMap((line) => line.split(/\s{2,}/))
    .map((entry) => {
      const [host = "", answers] = entry.split("->");
      return { host, is, ...(answers && { resolves: answers.split(",") }) };
    });

export const refusedSpellings: readonly Spelling[] = [
  ...spellings(
    "loopback",
    `
    127.0.0.1  127.0.0.1.  127.1  127.0.1  127.255.255.254  127.8.8.8
    2130706433  0x7f000001  0X7F000001  017700000001  0x7f.1  0x7f.0.0.1  0177.0.0.1  0177.1
    0x7f.0x0.0x0.0x1  0177.0000.0000.0001  127.0x1  127.0.0x1  0x7F.0X1
    %31%32%37.0.0.1  127%2e0%2e0%2e1  127。0。0。1  127．0．0．1  １２７.0.0.1  ①②⑦.0.0.1  127｡0｡0｡1
    [::1]  [0:0:0:0:0:0:0:1]  [0000:0000:0000:0000:0000:0000:0000:0001]  [::0001]  [0::1]  [::0:1]  [::0.0.0.1]
    [::ffff:127.0.0.1]  [::ffff:7f00:1]  [::FFFF:7F00:0001]  [0:0:0:0:0:ffff:127.0.0.1]  [0::ffff:7f00:1]
    [::127.0.0.1]  [::7f00:1]  [64:ff9b::127.0.0.1]  [64:ff9b::7f00:1]  [0064:ff9b:0:0:0:0:7f00:0001]
    [2002:7f00:1::]  [2002:7f00:0001::1]  [2002:7f00:1:ffff::8]  [::ffff:0:127.0.0.1]  [::ffff:0:7f00:1]
    localhost->127.0.0.1  LOCALHOST->127.0.0.1  localhost.->127.0.0.1  localhost->::1  ip6-localhost->::1
    sub.localhost->127.0.0.1  loop.example->127.0.0.1  loop.example->127.9.9.9  loop.example->::ffff:127.0.0.1
    127.0.0.1.nip.example->127.0.0.1  localtest.example->::1  xn--lcalhost-55a.example->127.0.0.1
    `,
  ),
  ...spellings(
    "private",
    `
    10.0.0.0  10.0.0.1  10.255.255.255  10.1  167772161  0xa000001  0x0a.0.0.1  012.0.0.1  012.1
    172.16.0.1  172.31.255.254  0xac100001  2886729729  0254.020.0.1
    192.168.0.1  192.168.1.254  192.168.1  3232235521  0xc0a80001  0300.0250.0.1  192.0xa8.1
    100.64.0.1  100.127.255.254  1681915905  0x64400001
    [fc00::1]  [fd00::1]  [fd12:3456:789a::1]  [FDFF:ffff::]  [fd00:0000::0001]
    [::ffff:10.0.0.1]  [::ffff:a00:1]  [::ffff:192.168.0.1]  [::ffff:c0a8:1]  [::ffff:172.16.0.1]  [::ffff:100.64.0.1]
    [64:ff9b::10.0.0.1]  [64:ff9b::a00:1]  [64:ff9b::c0a8:101]  [2002:a00:1::]  [2002:c0a8:101::1]  [2002:ac10:1::]
    [::10.0.0.1]  [::192.168.1.1]  [::ffff:0:10.0.0.1]
    intranet.example->10.1.2.3  intranet.example->192.168.1.1  intranet.example->fd00::8  db->172.20.0.3
    carrier.example->100.100.1.1  mixed.example->10.0.0.1,192.168.0.1  v6.example->::ffff:10.9.9.9
    `,
  ),
  ...spellings(
    "never",
    `
    169.254.169.254  169.254.0.1  169.254.170.2  2852039166  0xa9fea9fe  0251.0376.0251.0376  169.254.43518
    0xa9.0xfe.0xa9.0xfe  [fe80::1]  [FE80::a9fe:a9fe]  [febf::1]  [::ffff:169.254.169.254]  [::ffff:a9fe:a9fe]
    [::169.254.169.254]  [::a9fe:a9fe]  [64:ff9b::169.254.169.254]  [64:ff9b::a9fe:a9fe]  [2002:a9fe:a9fe::]
    [2002:a9fe:a9fe::1]  [::ffff:0:a9fe:a9fe]  169。254。169。254  １６９.254.169.254
    168.63.129.16  2822734096  0xa83f8110  [::ffff:168.63.129.16]  [64:ff9b::a83f:8110]
    100.100.100.200  1684301000  0x646464c8  [::ffff:100.100.100.200]  [fd00:ec2::254]  [fd00:0ec2:0:0::0254]
    [fd00:ec2::23]  [fd20:ce::254]  192.0.0.192  [::ffff:192.0.0.192]
    0.0.0.0  0  0x0  00  0.1  0.0.0.1  [::]  [0:0:0:0:0:0:0:0]  [::ffff:0.0.0.0]  [::ffff:0:0]
    224.0.0.1  239.255.255.250  3758096385  [ff02::1]  [ff05::2]  [ff0e::1]  [::ffff:224.0.0.1]
    240.0.0.1  255.255.255.255  4294967295  0xffffffff  037777777777  [::ffff:255.255.255.255]
    192.0.0.1  192.0.2.1  198.51.100.7  203.0.113.9  198.18.0.1  198.19.255.254  192.88.99.1
    [2001:db8::1]  [2001:DB8:ffff::]  [2001::1]  [2001:0:a9fe:a9fe::1]  [2001:0:53aa:64c:0:0:f5ff:fffe]  [100::1]
    [2001:2::1]  [2001:20::1]
    metadata.example->169.254.169.254  metadata.google.internal->169.254.169.254  wire.example->168.63.129.16
    link.example->fe80::1  zero.example->0.0.0.0  zero.example->::  cast.example->224.0.0.1  doc.example->2001:db8::1
    nat64.example->64:ff9b::a9fe:a9fe  sixtofour.example->2002:a9fe:a9fe::1  ec2.example->fd00:ec2::254
    two.example->169.254.169.254,10.0.0.1
    `,
  ),
];

/** Addresses that anybody may call; nothing is dialled, the guard alone is asked. */
export const publicAddresses = `
  1.1.1.1  8.8.8.8  9.9.9.9  11.0.0.1  93.184.216.34  100.63.255.255  100.128.0.1  126.255.255.255  128.0.0.1
  169.253.255.255  169.255.0.1  172.15.255.255  172.32.0.1  191.255.255.255  192.167.255.255  192.169.0.1
  198.17.255.255  198.20.0.1  223.255.255.255  2606:2800:220:1:248:1893:25c8:1946  2a00:1450:4001:831::200e
  2001:4860:4860::8888  ::ffff:93.184.216.34  ::ffff:5db8:d822  64:ff9b::5db8:d822  2002:5db8:d822::1
`
  .trim()
  .split(/\s+/);
