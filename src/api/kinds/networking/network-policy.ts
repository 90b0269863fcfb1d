/** NetworkPolicy: which traffic pods may have. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { NetworkPolicy, type NetworkPolicyPeer } from "../../types/networking/mod.ts";
import { validateNetworkPolicy } from "../../types/networking/network-policy-validation.ts";
import { age, name, selectorText, text } from "../columns.ts";
import { rangeWarning } from "../core/address-warnings.ts";
import { define } from "../define.ts";

export const networkPolicies: Resource<NetworkPolicy> = define({
  type: NetworkPolicy,
  plural: "networkpolicies",
  namespaced: true,
  shortNames: ["netpol"],
  strategy: {
    name: subdomainName,
    generationOf: ["spec"],
    rereads: true,
    warnings: ({ spec }) => [
      ...(spec.ingress ?? []).flatMap(({ from }, i) => peerWarnings(from, `spec.ingress[${i}].from`)),
      ...(spec.egress ?? []).flatMap(({ to }, i) => peerWarnings(to, `spec.egress[${i}].to`)),
    ],
    validateCreate: validateNetworkPolicy,
    validateUpdate: (object, _old, errors) => validateNetworkPolicy(object, errors),
  },
  columns: [name, text("Pod-Selector", ({ spec }) => selectorText(spec.podSelector)), age],
});

function peerWarnings(peers: readonly NetworkPolicyPeer[] = [], path: string): readonly string[] {
  return peers.flatMap(({ ipBlock }, i) => {
    const here = `${path}[${i}].ipBlock`;
    return [
      ...rangeWarning(ipBlock?.cidr ?? "", `${here}.cidr`),
      ...(ipBlock?.except ?? []).flatMap((range, j) => rangeWarning(range, `${here}.except[${j}]`)),
    ];
  });
}
