/** Validation of a whole pod spec, for pods and for the templates of ten kinds. */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import { dnsLabel, dnsSubdomain, dnsSubdomainUnderscore } from "../../names/dns.ts";
import { ip } from "../../names/ip.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import type { ObjectMeta } from "../meta/object-meta.ts";
import { validateLabels } from "../meta/object-meta-validation.ts";
import { validateAffinity, validateTopologySpread } from "./affinity-validation.ts";
import {
  type ContainerRules,
  validateContainers,
  validateEphemeralContainers,
  validateHostNetworkPorts,
  validateInitContainers,
} from "./container-validation.ts";
import type { PodDNSConfig, PodSpec } from "./pod.ts";
import { validateOs } from "./pod-os-validation.ts";
import { validateResourceAmount, validateResourceName, validateResources } from "./resources-validation.ts";
import { validateHostUsers, validatePodSecurityContext } from "./security-context-validation.ts";
import { validateTolerations } from "./taint-validation.ts";
import { validateVolumes } from "./volume-validation.ts";

export interface PodSpecRules {
  /** The pod's own metadata; absent for templates, which may leave more open. */
  readonly meta?: ObjectMeta;
}

const restartPolicies = ["Always", "Never", "OnFailure"];
const dnsPolicies = ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"];
const maxDeadlineSeconds = 2 ** 31 - 1;
const maxNameservers = 3;
const maxSearches = 32;
const maxSearchBytes = 2048;
const maxHostnameBytes = 64;

export function validatePodSpec(
  spec: PodSpec,
  path: string,
  errors: FieldErrors,
  rules: PodSpecRules = {},
): void {
  const containers = spec.containers ?? [];
  const initContainers = spec.initContainers ?? [];
  const isTemplate = rules.meta === undefined;
  const container: ContainerRules = {
    volumes: validateVolumes(spec.volumes, rules.meta, at(path, "volumes"), errors),
    claims: validateResourceClaims(spec, at(path, "resourceClaims"), errors),
    graceSeconds: spec.terminationGracePeriodSeconds,
    hostUsers: spec.hostUsers ?? true,
    podRestartPolicy: spec.restartPolicy ?? "",
  };
  validateContainers(containers, at(path, "containers"), errors, container);
  validateInitContainers(initContainers, containers, at(path, "initContainers"), errors, container);
  const others = [...containers, ...initContainers];
  validateEphemeralContainers(
    spec.ephemeralContainers ?? [],
    others,
    at(path, "ephemeralContainers"),
    errors,
    container,
  );
  if (spec.hostNetwork) {
    validateHostNetworkPorts(containers, at(path, "containers"), errors, { isTemplate });
    validateHostNetworkPorts(initContainers, at(path, "initContainers"), errors, { isTemplate });
  }
  if (spec.resources) validateResources(spec.resources, at(path, "resources"), errors, container);
  validateWords(spec, path, errors);
  validateLabels(spec.nodeSelector, at(path, "nodeSelector"), errors);
  validatePodSecurityContext(spec.securityContext, spec, at(path, "securityContext"), errors);
  validateAffinity(spec.affinity, at(path, "affinity"), errors);
  validateDns(spec.dnsConfig, spec.dnsPolicy ?? "", at(path, "dnsConfig"), errors);
  validateGates(spec, path, errors);
  validateTopologySpread(spec.topologySpreadConstraints, at(path, "topologySpreadConstraints"), errors);
  validateNames(spec, path, errors);
  validateTolerations(spec.tolerations, at(path, "tolerations"), errors);
  validateHostAliases(spec, at(path, "hostAliases"), errors);
  validateOverhead(spec, at(path, "overhead"), errors);
  validateHostUsers(spec, path, errors);
  validateOs(spec, path, errors);
}

function validateWords(spec: PodSpec, path: string, errors: FieldErrors): void {
  const restart = spec.restartPolicy ?? "";
  const dns = spec.dnsPolicy ?? "";
  if (restart === "") errors.required(at(path, "restartPolicy"));
  else if (!restartPolicies.includes(restart))
    errors.notSupported(at(path, "restartPolicy"), restart, restartPolicies);
  if (dns === "") errors.required(at(path, "dnsPolicy"));
  else if (!dnsPolicies.includes(dns)) errors.notSupported(at(path, "dnsPolicy"), dns, dnsPolicies);
  const preemption = spec.preemptionPolicy;
  const preemptions = ["Never", "PreemptLowerPriority"];
  if (preemption !== undefined && !preemptions.includes(preemption)) {
    errors.notSupported(at(path, "preemptionPolicy"), preemption, preemptions);
  }
}

/** Names of other objects, host names, and the deadline. */
function validateNames(spec: PodSpec, path: string, errors: FieldErrors): void {
  for (const field of ["serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"] as const) {
    const name = spec[field];
    if (name !== undefined && (name !== "" || field === "runtimeClassName")) {
      errors.invalidEach(at(path, field), name, dnsSubdomain(name));
    }
  }
  for (const field of ["hostname", "subdomain"] as const) {
    const name = spec[field];
    if (name) errors.invalidEach(at(path, field), name, dnsLabel(name));
  }
  const override = spec.hostnameOverride;
  const here = at(path, "hostnameOverride");
  if (override !== undefined) {
    if (spec.setHostnameAsFQDN) errors.forbidden(here, "excludes setHostnameAsFQDN");
    if (spec.hostNetwork) errors.forbidden(here, "excludes hostNetwork");
    if (override.length > maxHostnameBytes)
      errors.invalid(here, override, `must be no more than ${maxHostnameBytes} bytes`);
    errors.invalidEach(here, override, dnsSubdomain(override));
  }
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > maxDeadlineSeconds)) {
    errors.invalid(
      at(path, "activeDeadlineSeconds"),
      deadline,
      `must be between 1 and ${maxDeadlineSeconds}, inclusive`,
    );
  }
}

/** The names that containers' `resources.claims` may use. */
function validateResourceClaims(spec: PodSpec, path: string, errors: FieldErrors): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [i, claim] of (spec.resourceClaims ?? []).entries()) {
    const here = at(path, i);
    if (claim.name === "") errors.required(at(here, "name"));
    else if (names.has(claim.name)) errors.duplicate(at(here, "name"), claim.name);
    else {
      errors.invalidEach(at(here, "name"), claim.name, dnsLabel(claim.name));
      names.add(claim.name);
    }
    const { resourceClaimName: name, resourceClaimTemplateName: template } = claim;
    if (name !== undefined && template !== undefined) {
      errors.invalid(
        here,
        claim.name,
        "at most one of `resourceClaimName` and `resourceClaimTemplateName` may be set",
      );
    }
    if (name === undefined && template === undefined) {
      errors.invalid(here, claim.name, "must set one of `resourceClaimName` and `resourceClaimTemplateName`");
    }
    if (name !== undefined) errors.invalidEach(at(here, "resourceClaimName"), name, dnsSubdomain(name));
    if (template !== undefined)
      errors.invalidEach(at(here, "resourceClaimTemplateName"), template, dnsSubdomain(template));
  }
  return names;
}

function validateGates(spec: PodSpec, path: string, errors: FieldErrors): void {
  for (const [i, gate] of (spec.readinessGates ?? []).entries()) {
    const here = at(at(at(path, "readinessGates"), i), "conditionType");
    errors.invalidEach(here, gate.conditionType, qualifiedName(gate.conditionType));
  }
  const seen = new Set<string>();
  for (const [i, gate] of (spec.schedulingGates ?? []).entries()) {
    const here = at(at(path, "schedulingGates"), i);
    errors.invalidEach(here, gate.name, qualifiedName(gate.name));
    if (seen.has(gate.name)) errors.duplicate(here, gate.name);
    seen.add(gate.name);
  }
}

function validateDns(
  config: PodDNSConfig | undefined,
  policy: string,
  path: string,
  errors: FieldErrors,
): void {
  if (policy === "None") {
    if (config === undefined)
      return errors.required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
    if ((config.nameservers ?? []).length === 0)
      return errors.required(at(path, "nameservers"), "must name one server at least");
  }
  const { nameservers = [], searches = [], options = [] } = config ?? {};
  const searchesPath = at(path, "searches");
  if (nameservers.length > maxNameservers) {
    errors.invalid(
      at(path, "nameservers"),
      nameservers,
      `must not have more than ${maxNameservers} nameservers`,
    );
  }
  for (const [i, server] of nameservers.entries())
    errors.invalidEach(at(at(path, "nameservers"), i), server, ip(server));
  if (searches.length > maxSearches)
    errors.invalid(searchesPath, searches, `must not have more than ${maxSearches} paths`);
  if (searches.join(" ").length > maxSearchBytes) {
    errors.invalid(
      searchesPath,
      searches,
      `must not have more than ${maxSearchBytes} bytes with the spaces between`,
    );
  }
  for (const [i, search] of searches.entries()) {
    if (search === ".") continue;
    const name = search.endsWith(".") ? search.slice(0, -1) : search;
    errors.invalidEach(at(searchesPath, i), search, dnsSubdomainUnderscore(name));
  }
  for (const [i, option] of options.entries()) {
    if (!option.name) errors.required(at(at(path, "options"), i), "must not be empty");
  }
}

function validateHostAliases(spec: PodSpec, path: string, errors: FieldErrors): void {
  for (const [i, alias] of (spec.hostAliases ?? []).entries()) {
    const here = at(path, i);
    errors.invalidEach(at(here, "ip"), alias.ip, ip(alias.ip));
    for (const [j, name] of (alias.hostnames ?? []).entries()) {
      errors.invalidEach(at(at(here, "hostnames"), j), name, dnsSubdomain(name));
    }
  }
}

function validateOverhead(spec: PodSpec, path: string, errors: FieldErrors): void {
  for (const [name, amount] of Object.entries(spec.overhead ?? {})) {
    const here = atKey(path, name);
    validateResourceName(name, here, errors);
    validateResourceAmount(name, amount, here, errors);
  }
}
