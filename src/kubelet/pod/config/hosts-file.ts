/** The /etc/hosts of a pod's containers, as upstream's kubelet manages it: pure. */
import type { Pod } from "#api";
import { type NodeDefaults, podHostname } from "./sandbox-config.ts";

/** Where it is mounted, unless the container mounts something else there. */
export const hostsPath = "/etc/hosts";

const ownNames = [
  "127.0.0.1\tlocalhost",
  "::1\tlocalhost ip6-localhost ip6-loopback",
  "fe00::0\tip6-localnet",
  "fe00::0\tip6-mcastprefix",
  "fe00::1\tip6-allnodes",
  "fe00::2\tip6-allrouters",
];

/** `nodeHosts`: the node's own file, which pods on its network get too. */
export function hostsFile(
  pod: Pod,
  podIPs: readonly string[],
  node: Pick<NodeDefaults, "clusterDomain">,
  nodeHosts: string,
): string {
  const aliases = aliasLines(pod);
  if (pod.spec.hostNetwork === true) {
    return `# Kubernetes-managed hosts file (host network).\n${nodeHosts}${aliases}`;
  }
  const { hostname, domain } = podHostname(pod, node);
  const names = domain === "" ? hostname : `${hostname}.${domain}\t${hostname}`;
  const lines = ["# Kubernetes-managed hosts file.", ...ownNames, ...podIPs.map((ip) => `${ip}\t${names}`)];
  return `${lines.join("\n")}\n${aliases}`;
}

function aliasLines({ spec }: Pod): string {
  const aliases = spec.hostAliases ?? [];
  if (aliases.length === 0) return "";
  const lines = aliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join("\t")}\n`);
  return `\n# Entries added by HostAliases.\n${lines.join("")}`;
}
