/** This machine's sockets for services, at its addresses within given ranges. */
import { networkInterfaces } from "node:os";
import { contains, parseCidr, parseIp } from "#api";
import { HttpPages, TcpChannels, UdpDatagrams } from "#network";
import { ClusterError } from "./errors.ts";
import type { ServiceSockets } from "./userspace-network.ts";

/** `ranges`: CIDRs with commas between, as kube-proxy's `--nodeport-addresses`. Throws `bad-option`. */
export function serviceSockets(ranges: string): ServiceSockets {
  const parsed = ranges.split(",").map((text) => {
    const range = parseCidr(text.trim());
    if (range !== undefined) return range;
    const message = `Cannot use --nodeport-addresses "${ranges}": "${text}" is no range of addresses`;
    throw new ClusterError(
      "bad-option",
      message,
      "Use --nodeport-addresses 127.0.0.0/8, or 0.0.0.0/0 for all.",
    );
  });
  const all = Object.values(networkInterfaces()).flatMap((those) => those ?? []);
  const addresses = all
    .filter(({ scopeid }) => !scopeid)
    .map(({ address }) => address)
    .filter((address) => {
      const bytes = parseIp(address);
      return bytes !== undefined && parsed.some((range) => contains(range, bytes));
    });
  const sockets = { channels: new TcpChannels(), datagrams: new UdpDatagrams(), pages: new HttpPages() };
  return { ...sockets, addresses };
}
