/**
 * Validation of services: ports, selector, affinity, traffic policies, and fields that a type does not have.
 */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import { dnsLabel, dnsSubdomain } from "../../names/dns.ts";
import { cidr, endpointIp, ip } from "../../names/ip.ts";
import { portNumber } from "../../names/port.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import { validateLabels } from "../meta/object-meta-validation.ts";
import { validatePort } from "./probe-validation.ts";
import type { Service, ServicePort, ServiceSpec } from "./service.ts";
import { isReachable } from "./service-defaults.ts";
import { validateServiceAddresses } from "./service-address-validation.ts";

const types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const protocols = ["SCTP", "TCP", "UDP"];
const affinities = ["ClientIP", "None"];
const policies = ["Cluster", "Local"];
const distributions = ["PreferClose", "PreferSameNode", "PreferSameZone"];
const maxAffinitySeconds = 86_400;
const topologyHints = "service.kubernetes.io/topology-aware-hints";
const topologyMode = "service.kubernetes.io/topology-mode";
const sourceRanges = "service.beta.kubernetes.io/load-balancer-source-ranges";

/** Addresses and ranges that stood in `old` are not looked at again: they may be older than a rule. */
export function validateService({ metadata, spec }: Service, errors: FieldErrors, old?: Service): void {
  const isHeadless = spec.clusterIP === "None" || spec.clusterIPs?.[0] === "None";
  const ports = spec.ports ?? [];
  validateTopology(metadata.annotations ?? {}, errors);
  if (ports.length === 0 && !isHeadless && spec.type !== "ExternalName") errors.required("spec.ports");
  validateType(spec, errors, { isHeadless });
  validatePorts(ports, spec, errors);
  if (spec.selector !== undefined) validateLabels(spec.selector, "spec.selector", errors);
  validateAffinity(spec, errors);
  validateServiceAddresses(spec, errors, old?.spec);
  for (const [i, address] of (spec.externalIPs ?? []).entries()) {
    const faults = old?.spec.externalIPs?.includes(address) ? [] : ip(address);
    errors.invalidEach(at("spec.externalIPs", i), address, faults.length > 0 ? faults : endpointIp(address));
  }
  validateSourceRanges({ metadata, spec }, errors, old);
  validateBalancer(spec, errors);
  validateTraffic(spec, errors);
}

/** The hint has an older name. */
function validateTopology(annotations: Readonly<Record<string, string>>, errors: FieldErrors): void {
  const { [topologyHints]: hints, [topologyMode]: mode } = annotations;
  if (hints === undefined || mode === undefined || hints === mode) return;
  const detail = `must match annotations[${topologyHints}] when both are specified`;
  errors.invalid(atKey("metadata.annotations", topologyMode), mode, detail);
}

function validateType(spec: ServiceSpec, errors: FieldErrors, rules: { readonly isHeadless: boolean }): void {
  const type = spec.type ?? "";
  if (type === "") errors.required("spec.type");
  else if (!types.includes(type)) errors.notSupported("spec.type", type, types);
  if (rules.isHeadless && (type === "LoadBalancer" || type === "NodePort")) {
    errors.invalid("spec.clusterIPs[0]", "None", `may not be set to 'None' for ${type} services`);
  }
  if (type !== "ExternalName") return;
  for (const field of ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] as const) {
    if ((spec[field] ?? "").length > 0)
      errors.forbidden(at("spec", field), "may not be set for ExternalName services");
  }
  const name = (spec.externalName ?? "").replace(/\.$/, "");
  if (name === "") errors.required("spec.externalName");
  else errors.invalidEach("spec.externalName", spec.externalName, dnsSubdomain(name));
}

function validatePorts(ports: readonly ServicePort[], spec: ServiceSpec, errors: FieldErrors): void {
  const names = new Set<string>();
  const nodePorts = new Set<string>();
  const numbers = new Set<string>();
  for (const [i, port] of ports.entries()) {
    const path = at("spec.ports", i);
    validateServicePort(port, path, errors, { named: ports.length > 1, names });
    if (port.nodePort) {
      const id = `${port.protocol} ${port.nodePort}`;
      if (spec.type === "ClusterIP")
        errors.forbidden(at(path, "nodePort"), "may not be used when `type` is 'ClusterIP'");
      if (nodePorts.has(id)) errors.duplicate(at(path, "nodePort"), port.nodePort);
      nodePorts.add(id);
    }
    const id = `${port.protocol} ${port.port}`;
    if (numbers.has(id)) errors.duplicate(path, port);
    numbers.add(id);
  }
}

function validateServicePort(
  port: ServicePort,
  path: string,
  errors: FieldErrors,
  rules: { readonly named: boolean; readonly names: Set<string> },
): void {
  if (port.name) {
    errors.invalidEach(at(path, "name"), port.name, dnsLabel(port.name));
    if (rules.names.has(port.name)) errors.duplicate(at(path, "name"), port.name);
    rules.names.add(port.name);
  } else if (rules.named) errors.required(at(path, "name"));
  errors.invalidEach(at(path, "port"), port.port, portNumber(port.port));
  if (!port.protocol) errors.required(at(path, "protocol"));
  else if (!protocols.includes(port.protocol))
    errors.notSupported(at(path, "protocol"), port.protocol, protocols);
  validatePort(port.targetPort, at(path, "targetPort"), errors);
  if (port.appProtocol !== undefined) {
    errors.invalidEach(at(path, "appProtocol"), port.appProtocol, qualifiedName(port.appProtocol));
  }
}

function validateAffinity(spec: ServiceSpec, errors: FieldErrors): void {
  const affinity = spec.sessionAffinity ?? "";
  const path = "spec.sessionAffinityConfig";
  if (affinity === "") errors.required("spec.sessionAffinity");
  else if (!affinities.includes(affinity)) errors.notSupported("spec.sessionAffinity", affinity, affinities);
  if (affinity === "None" && spec.sessionAffinityConfig !== undefined) {
    errors.forbidden(path, "must not be set when session affinity is None");
  }
  if (affinity !== "ClientIP") return;
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds === undefined) errors.required(at(at(path, "clientIP"), "timeoutSeconds"));
  else if (seconds <= 0 || seconds > maxAffinitySeconds) {
    const here = at(at(path, "clientIP"), "timeoutSeconds");
    errors.invalid(here, seconds, `must be greater than 0 and at most ${maxAffinitySeconds}`);
  }
}

function validateBalancer(spec: ServiceSpec, errors: FieldErrors): void {
  const isBalancer = spec.type === "LoadBalancer";
  const allocate = spec.allocateLoadBalancerNodePorts;
  // Upstream names the field without its place.
  if (isBalancer && allocate === undefined) errors.required("allocateLoadBalancerNodePorts");
  if (!isBalancer && allocate !== undefined) {
    errors.forbidden("spec.allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'");
  }
  validateBalancerClass(spec, errors);
}

function validateBalancerClass({ type, loadBalancerClass }: ServiceSpec, errors: FieldErrors): void {
  const path = "spec.loadBalancerClass";
  if (loadBalancerClass === undefined) return;
  if (type === "LoadBalancer") errors.invalidEach(path, loadBalancerClass, qualifiedName(loadBalancerClass));
  else errors.forbidden(path, "may only be used when `type` is 'LoadBalancer'");
}

/** Also as an annotation, from before it was a field. */
function validateSourceRanges(
  { metadata, spec }: Pick<Service, "metadata" | "spec">,
  errors: FieldErrors,
  old: Service | undefined,
): void {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const annotation = metadata.annotations?.[sourceRanges];
  const isListed = ranges.length > 0;
  if (!isListed && annotation === undefined) return;
  const path = isListed ? "spec.LoadBalancerSourceRanges" : atKey("metadata.annotations", sourceRanges);
  if (spec.type !== "LoadBalancer") errors.forbidden(path, "may only be used when `type` is 'LoadBalancer'");
  if (isListed) {
    const kept = new Set((old?.spec.loadBalancerSourceRanges ?? []).map((range) => range.trim()));
    for (const [i, range] of ranges.entries())
      if (!kept.has(range.trim())) errors.invalidEach(at(path, i), range, cidr(range.trim()));
  } else if (annotation?.trim() && annotation !== old?.metadata.annotations?.[sourceRanges]) {
    for (const range of annotation.trim().split(",")) errors.invalidEach(path, range, cidr(range.trim()));
  }
}

function validateTraffic(spec: ServiceSpec, errors: FieldErrors): void {
  const { externalTrafficPolicy: external, internalTrafficPolicy: internal, trafficDistribution } = spec;
  const path = "spec.externalTrafficPolicy";
  if (isReachable(spec)) {
    if (!external) errors.required(path);
    else if (!policies.includes(external)) errors.notSupported(path, external, policies);
  } else if (external) errors.invalid(path, external, "may only be set for externally-accessible services");
  const port = spec.healthCheckNodePort ?? 0;
  if (port !== 0) {
    if (!needsHealthCheck(spec)) {
      errors.invalid("spec.healthCheckNodePort", port, "may only be set for local load balancers");
    } else errors.invalidEach("spec.healthCheckNodePort", port, portNumber(port));
  }
  if (internal === undefined) {
    if (spec.type !== "ExternalName") errors.required("spec.internalTrafficPolicy");
  } else if (!policies.includes(internal))
    errors.notSupported("spec.internalTrafficPolicy", internal, policies);
  if (trafficDistribution !== undefined && !distributions.includes(trafficDistribution)) {
    errors.notSupported("spec.trafficDistribution", trafficDistribution, distributions);
  }
}

/** Addresses stay as they are while the type that has them stays. */
export function validateServiceUpdate(service: Service, old: Service, errors: FieldErrors): void {
  const [now, before] = [service.spec, old.spec];
  if (before.type !== "ExternalName" && now.type !== "ExternalName") {
    const [isHeadless, wasHeadless] = [now, before].map(({ clusterIPs }) => clusterIPs?.join() === "None");
    // A headless service may turn to other families.
    if (!isHeadless || !wasHeadless) validateKept("clusterIPs", now, before, errors);
    if (!isHeadless && !wasHeadless) validateKept("ipFamilies", now, before, errors);
  }
  if (before.type === "LoadBalancer" && now.type === "LoadBalancer") {
    if (now.loadBalancerClass !== before.loadBalancerClass)
      errors.invalid("spec.loadBalancerClass", now.loadBalancerClass ?? null, "may not change once set");
  }
  validateBalancerClass(now, errors);
  const isChecked = [now, before].every(needsHealthCheck);
  if (isChecked && (now.healthCheckNodePort ?? 0) !== (before.healthCheckNodePort ?? 0))
    errors.forbidden("spec.healthCheckNodePort", "field is immutable");
  validateService(service, errors, old);
}

function needsHealthCheck({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === "LoadBalancer" && externalTrafficPolicy === "Local";
}

/** The first stays, and the second too, until its author turns to a single stack. */
function validateKept(
  list: "clusterIPs" | "ipFamilies",
  now: ServiceSpec,
  before: ServiceSpec,
  errors: FieldErrors,
): void {
  const [own, old] = [now[list] ?? [], before[list] ?? []];
  const path = at("spec", list);
  const one = list === "clusterIPs" ? "clusterIP" : "ipFamily";
  if (old.length > own.length && (now.clusterIPs ?? []).length === 0)
    errors.invalid(at(path, 0), own, `primary ${one} can not be unset`);
  for (let i = 0; i < Math.min(own.length, old.length); i++) {
    // Of families, upstream names the first whichever changes.
    const where = at(path, list === "clusterIPs" ? i : 0);
    if (own[i] !== old[i]) errors.invalid(where, own, "may not change once set");
  }
  if (own.length !== 1 || old.length < 2 || now.ipFamilyPolicy === "SingleStack") return;
  const detail = `must be set to 'SingleStack' when releasing the secondary ${one}`;
  errors.invalid("spec.ipFamilyPolicy", now.ipFamilyPolicy ?? null, detail);
}
