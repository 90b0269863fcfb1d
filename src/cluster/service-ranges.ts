/** The ranges that Services get addresses and ports from, as kube-apiserver's flags give them. */
import { formatCidr, formatIp, networkOf, parseCidr } from "#api";
import { ClusterError } from "./errors.ts";

/** Of addresses and ports; absent: the usual ones. */
export interface ServiceRanges {
  /** `10.96.0.0/12`, or one range of each family with a comma between. */
  readonly serviceRange?: string;
  /** `30000-32767` */
  readonly nodePortRange?: string;
}

export const usualServiceRange = "10.96.0.0/12";

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

/** The addresses of `default/kubernetes`, which the server's certificate names: the first of each range. */
export function firstAddresses(serviceRange = usualServiceRange): readonly string[] {
  return serviceRange.split(",").map((text) => {
    const bytes = networkOf(parseCidr(text) ?? { address: new Uint8Array(4), prefixLength: 32 });
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) + 1;
    return formatIp(bytes);
  });
}
