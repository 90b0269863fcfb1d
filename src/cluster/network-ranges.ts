/** The addresses, ports and names of a cluster's network, as the flags of upstream's programs give them. */
import { contains, dnsSubdomain, formatCidr, formatIp, networkOf, parseCidr, parseIp } from "#api";
import { ClusterError } from "./errors.ts";

/** Absent: the usual ones. */
export interface NetworkRanges {
  /** `10.96.0.0/12`, or one range of each family with a comma between. */
  readonly serviceRange?: string;
  /** `30000-32767` */
  readonly nodePortRange?: string;
  /** Of all nodes' pods: `10.244.0.0/16`. */
  readonly clusterCidr?: string;
  /** `cluster.local` */
  readonly clusterDomain?: string;
}

const usualServiceRange = "10.96.0.0/12";
const usualClusterCidr = "10.244.0.0/16";
/** The prefix length of a node's range. */
const nodePrefixLength = 24;
/** The place of the cluster's DNS in its range, as kubeadm has it. */
const dnsPlace = 10;

/** Reads `--service-cluster-ip-range`. Throws `bad-option`. */
export function parseServiceRange(text: string): string {
  const ranges = text.split(",").map((part) => parseCidr(part.trim()));
  const good = ranges.filter((range) => range !== undefined);
  const families = new Set(good.map(({ address }) => address.length));
  if (good.length !== ranges.length || good.length > 2 || families.size !== good.length) {
    throw new ClusterError(
      "bad-option",
      `Cannot use service range "${text}": it is not one range, or one of each IP family`,
      "Use --service-cluster-ip-range 10.96.0.0/12,fd00:96::/108.",
    );
  }
  return good.map((range) => formatCidr({ ...range, address: networkOf(range) })).join(",");
}

/** Reads `--service-node-port-range`. Throws `bad-option`. */
export function parseNodePortRange(text: string): string {
  const [, first = 0, last = 0] = (/^(\d+)-(\d+)$/.exec(text) ?? []).map(Number);
  if (first > 0 && first <= last && last < 65_536) return text;
  throw new ClusterError(
    "bad-option",
    `Cannot use node ports "${text}": they are not FIRST-LAST`,
    "Use --service-node-port-range 30000-32767.",
  );
}

/** Reads `--cluster-cidr`. Throws `bad-option`. */
export function parseClusterCidr(text: string): string {
  const range = parseCidr(text);
  if (range?.address.length === 4 && range.prefixLength <= nodePrefixLength)
    return formatCidr({ ...range, address: networkOf(range) });
  throw new ClusterError(
    "bad-option",
    `Cannot use pod range "${text}": it is no IPv4 range that holds a /${nodePrefixLength} for each node`,
    `Use --cluster-cidr ${usualClusterCidr}.`,
  );
}

/** Throws `bad-option` where an address of a pod could be one of a Service. */
export function checkApart({ serviceRange, clusterCidr }: NetworkRanges): void {
  const pods = parseCidr(clusterCidr ?? "");
  const shared = (serviceRange ?? "").split(",").find((text) => {
    const services = parseCidr(text);
    if (services === undefined || pods === undefined) return false;
    return contains(services, networkOf(pods)) || contains(pods, networkOf(services));
  });
  if (shared === undefined) return;
  throw new ClusterError(
    "bad-option",
    `Cannot use pod range "${clusterCidr}" with service range "${shared}": they share addresses`,
    "Choose others with --cluster-cidr or --service-cluster-ip-range.",
  );
}

/** Reads `--cluster-domain`. Throws `bad-option`. */
export function parseClusterDomain(text: string): string {
  if (dnsSubdomain(text).length === 0) return text;
  throw new ClusterError(
    "bad-option",
    `Cannot use cluster domain "${text}": it is no DNS name`,
    "Use --cluster-domain cluster.local.",
  );
}

/** The addresses of `default/kubernetes`, which the server's certificate names: the first of each range. */
export function firstAddresses(serviceRange = usualServiceRange): readonly string[] {
  return serviceRange.split(",").map((range) => addressAt(range, 1));
}

/** Where the cluster's DNS answers in the first range. Throws `bad-option` when that is too small, or IPv6. */
export function dnsAddressIn(serviceRange = usualServiceRange): string {
  const [first = ""] = serviceRange.split(",");
  const address = addressAt(first, dnsPlace);
  const [range, bytes] = [parseCidr(first), parseIp(address)];
  if (range?.address.length === 4 && bytes !== undefined && contains(range, bytes)) return address;
  throw new ClusterError(
    "bad-option",
    `Cannot use service range "${serviceRange}" on a real node: its first has no IPv4 address ${address} for DNS`,
    "Use --service-cluster-ip-range with an IPv4 range of /28 or more first.",
  );
}

/**
 * The range of a virtual node's pods: `10.244.0.0/16` in pieces, as the node IPAM controller cuts them. Nobody routes them,
 * and nodes that are too many for it go on behind it.
 */
export function podCidrOf(index: number, clusterCidr = usualClusterCidr): string {
  const [base = ""] = clusterCidr.split("/");
  const address = ipv4After(base, index * 2 ** (32 - nodePrefixLength));
  return formatCidr({ address, prefixLength: nodePrefixLength });
}

/** The loopback address of a virtual node: `127.0.0.1` for the first. */
export function nodeAddressOf(index: number): string {
  return formatIp(ipv4After("127.0.0.1", index));
}

/** The address that many after `base`, across bytes. */
function ipv4After(base: string, places: number): Uint8Array {
  const address = Buffer.from(parseIp(base) ?? []);
  address.writeUInt32BE(address.readUInt32BE() + places);
  return Uint8Array.from(address);
}

/** The address that many after the range's own. */
function addressAt(cidr: string, place: number): string {
  const bytes = networkOf(parseCidr(cidr) ?? { address: new Uint8Array(4), prefixLength: 32 });
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) + place;
  return formatIp(bytes);
}
