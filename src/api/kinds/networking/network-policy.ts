/** NetworkPolicy: which traffic pods may have. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { NetworkPolicy } from "../../types/networking/mod.ts";
import { validateNetworkPolicy } from "../../types/networking/network-policy-validation.ts";
import { age, name, selectorText, text } from "../columns.ts";
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
    validateCreate: validateNetworkPolicy,
    validateUpdate: (object, _old, errors) => validateNetworkPolicy(object, errors),
  },
  columns: [name, text("Pod-Selector", ({ spec }) => selectorText(spec.podSelector)), age],
});
