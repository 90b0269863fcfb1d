/**
 * Service: one stable address for the pods that a selector finds. Addresses and ports are the API server's to
 * give.
 */
import { sameField } from "../../same-of.ts";
import { labelName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { Service, type ServicePort, ServiceSpec } from "../../types/core/mod.ts";
import { validateService, validateServiceUpdate } from "../../types/core/service-validation.ts";
import { validateServiceStatus } from "../../types/core/service-status-validation.ts";
import { age, balancersOf, labelsText, name, text, wide } from "../columns.ts";
import { addressWarning, rangeWarning } from "./address-warnings.ts";
import { clearStatus, define, keepStatus, statusResetFields, statusSubresource } from "../define.ts";

export const services: Resource<Service> = define({
  type: Service,
  plural: "services",
  namespaced: true,
  shortNames: ["svc"],
  categories: ["all"],
  storage: { prefix: "/registry/services/specs" },
  strategy: {
    warnings: serviceWarnings,
    name: labelName,
    resetFields: statusResetFields,
    prepareForCreate(draft) {
      clearStatus(draft);
      draft.status.loadBalancer = {};
      if (draft.spec.clusterIP && !draft.spec.clusterIPs?.length)
        draft.spec.clusterIPs = [draft.spec.clusterIP];
    },
    prepareForUpdate(draft, old) {
      keepStatus(draft, old);
      // Whoever is balanced no more need not wait until the balancer is gone.
      if (draft.spec.type !== "LoadBalancer") draft.status = { ...draft.status, loadBalancer: {} };
      followClusterIp(draft.spec, old.spec);
    },
    validateCreate: (object, errors) => validateService(object, errors),
    validateUpdate: validateServiceUpdate,
  },
  status: statusSubresource<Service>({
    validateUpdate: validateServiceStatus,
  }),
  actions: { proxy: { kind: "ServiceProxyOptions", verbs: ["create", "delete", "get", "patch", "update"] } },
  selectableFields: {
    "spec.clusterIP": ({ spec }) => spec.clusterIP ?? "",
    "spec.type": ({ spec }) => spec.type ?? "",
  },
  columns: [
    name,
    text("Type", ({ spec }) => spec.type ?? ""),
    text("Cluster-IP", ({ spec }) => spec.clusterIPs?.[0] || spec.clusterIP || "<none>"),
    text("External-IP", (object) => externalText(object)),
    text("Port(s)", ({ spec }) => portsText(spec.ports ?? [])),
    age,
    wide("Selector", ({ spec }) => labelsText(spec.selector)),
  ],
});

/** `clusterIP` is the first of `clusterIPs`: who changes or clears only the one means the other too. */
function followClusterIp(spec: ServiceSpec, old: ServiceSpec): void {
  const [ip, list] = [spec.clusterIP ?? "", spec.clusterIPs ?? []];
  if (ip !== "" && list.length === 0) spec.clusterIPs = [ip];
  if (ip === (old.clusterIP ?? "") || !sameField(ServiceSpec, "clusterIPs", spec, old)) return;
  if (ip === "") delete spec.clusterIPs;
  else spec.clusterIPs = [ip, ...list.slice(1)];
}

/** Fields that do nothing for a service of its type, old names, and addresses that are written in no common form. */
function serviceWarnings({ metadata, spec }: Service): readonly string[] {
  const found: string[] = [];
  const ignored = (what: string, when: string): void =>
    void found.push(`spec.${what} is ignored when ${when}`);
  const { loadBalancerIP = "", externalIPs = [], clusterIPs = [], loadBalancerSourceRanges = [] } = spec;
  const isNamed = spec.type === "ExternalName";
  if (metadata.annotations?.["service.kubernetes.io/topology-aware-hints"] !== undefined) {
    const newer = "please use service.kubernetes.io/topology-mode instead";
    found.push(`annotation service.kubernetes.io/topology-aware-hints is deprecated, ${newer}`);
  }
  for (const [i, one] of clusterIPs.entries()) found.push(...addressWarning(one, `spec.clusterIPs[${i}]`));
  if (spec.type === "ClusterIP" && spec.clusterIP === "None") {
    const when = 'spec.clusterIP is "None"';
    if (loadBalancerIP !== "") ignored("loadBalancerIP", when);
    if (externalIPs.length > 0) ignored("externalIPs", when);
    if (spec.sessionAffinity !== "None") ignored("SessionAffinity", when);
  }
  for (const [i, one] of externalIPs.entries()) found.push(...addressWarning(one, `spec.externalIPs[${i}]`));
  found.push(...addressWarning(loadBalancerIP, "spec.loadBalancerIP"));
  for (const [i, one] of loadBalancerSourceRanges.entries())
    found.push(...rangeWarning(one, `spec.loadBalancerSourceRanges[${i}]`));
  if (isNamed && externalIPs.length > 0) ignored("externalIPs", 'spec.type is "ExternalName"');
  if (!isNamed && spec.externalName) ignored("externalName", 'spec.type is not "ExternalName"');
  if (spec.trafficDistribution === "PreferClose")
    found.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return found;
}

function externalText({ spec, status }: Service): string {
  const external = spec.externalIPs ?? [];
  if (spec.type === "ExternalName") return spec.externalName ?? "";
  if (spec.type !== "LoadBalancer") return external.length > 0 ? external.join(",") : "<none>";
  const all = [...balancersOf(status.loadBalancer?.ingress), ...external];
  return all.length > 0 ? all.join(",") : "<pending>";
}

/** `80/TCP,443:30443/TCP` */
function portsText(ports: readonly ServicePort[]): string {
  if (ports.length === 0) return "<none>";
  return ports
    .map((one) => `${one.port}${one.nodePort ? `:${one.nodePort}` : ""}/${one.protocol ?? ""}`)
    .join(",");
}
