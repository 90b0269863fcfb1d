/**
 * The configuration of pod networks for CNI plug-ins, from the node's range of addresses: a routed pair of
 * interfaces for each pod (`ptp`), so that nothing depends on a bridge, and host ports (`portmap`). Pure.
 */

export function cniConflist(options: {
  /** `10.244.0.0/24`. */
  readonly podCidr: string;
  /** Where addresses in use are kept. */
  readonly addressDirectory: string;
}): string {
  const ipam = {
    type: "host-local",
    ranges: [[{ subnet: options.podCidr }]],
    routes: [{ dst: options.podCidr.includes(":") ? "::/0" : "0.0.0.0/0" }],
    dataDir: options.addressDirectory,
  };
  const plugins = [
    { type: "ptp", ipMasq: false, ipam },
    { type: "portmap", capabilities: { portMappings: true }, snat: true },
  ];
  return `${JSON.stringify({ cniVersion: "0.4.0", name: "navarch", plugins }, undefined, 2)}\n`;
}

/**
 * A transaction for `nft -f`: what pods send out of the cluster leaves with the node's address; between pods
 * theirs stay. The first two lines make it work whether the table was there or not.
 */
export function masqueradeRules(podCidr: string, clusterCidr: string): string {
  const outside = `ip daddr != { ${clusterCidr}, 224.0.0.0/4 }`;
  return `table ip ${masqueradeTable}
delete table ip ${masqueradeTable}
table ip ${masqueradeTable} {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${podCidr} ${outside} masquerade
  }
}
`;
}

export const masqueradeTable = "navarch-masquerade";
