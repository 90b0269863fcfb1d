/** Ingress: routes HTTP from outside to Services. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { Ingress } from "../../types/networking/mod.ts";
import {
  validateIngress,
  validateIngressStatus,
  validateIngressUpdate,
} from "../../types/networking/ingress-validation.ts";
import { age, balancersOf, name, text } from "../columns.ts";
import { define, keepStatus, statusResetFields, statusSubresource } from "../define.ts";

/** Hosts that are printed. */
const shown = 3;

export const ingresses: Resource<Ingress> = define({
  type: Ingress,
  plural: "ingresses",
  namespaced: true,
  shortNames: ["ing"],
  storage: { prefix: "/registry/ingress" },
  strategy: {
    warnings: ({ metadata }, old) =>
      old !== undefined || metadata.annotations?.["kubernetes.io/ingress.class"] === undefined
        ? []
        : [
            "annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead",
          ],
    name: subdomainName,
    generationOf: ["spec"],
    resetFields: statusResetFields,
    prepareForCreate(draft) {
      draft.status = { loadBalancer: {} };
    },
    prepareForUpdate: keepStatus,
    metadataOnUpdate: ["changes", "whole"],
    validateCreate: validateIngress,
    validateUpdate: validateIngressUpdate,
  },
  status: statusSubresource<Ingress>({ validateUpdate: validateIngressStatus }),
  columns: [
    name,
    text("Class", ({ spec }) => spec.ingressClassName ?? "<none>"),
    text("Hosts", (object) => hostsText(object)),
    text("Address", ({ status }) => balancersOf(status.loadBalancer?.ingress).join(",")),
    text("Ports", ({ spec }) => ((spec.tls ?? []).length > 0 ? "80, 443" : "80")),
    age,
  ],
});

/** Rules without a host are counted with those that are left out, as upstream counts. */
function hostsText({ spec }: Ingress): string {
  const hosts: string[] = [];
  const rules = spec.rules ?? [];
  for (const { host } of rules) {
    if (hosts.length === shown) return `${hosts.join(",")} + ${rules.length - shown} more...`;
    if (host) hosts.push(host);
  }
  return hosts.length === 0 ? "*" : hosts.join(",");
}
