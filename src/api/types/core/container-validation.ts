/** Validation of containers: what all three sorts share, and the rules of each sort. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { dnsLabel } from "../../names/dns.ts";
import { portName, portNumber } from "../../names/port.ts";
import type { Container, ContainerPort, EphemeralContainer } from "./container.ts";
import { validateEnv, validateEnvFrom } from "./environment-validation.ts";
import { forbidProbesAndLifecycle, validateProbesAndLifecycle } from "./probe-validation.ts";
import { validateResources } from "./resources-validation.ts";
import { validateRestartRules } from "./restart-policy-validation.ts";
import { validateSecurityContext } from "./security-context-validation.ts";
import { type KnownVolumes, validateVolumeDevices, validateVolumeMounts } from "./volume-mount-validation.ts";

export interface ContainerRules {
  readonly volumes: KnownVolumes;
  readonly claims: ReadonlySet<string>;
  readonly graceSeconds: number | undefined;
  readonly hostUsers: boolean;
  readonly podRestartPolicy: string;
}

const protocols = ["SCTP", "TCP", "UDP"];
const pullPolicies = ["Always", "IfNotPresent", "Never"];
const messagePolicies = ["FallbackToLogsOnError", "File"];

/** `spec.containers`; at least one. */
export function validateContainers(
  containers: readonly Container[],
  path: string,
  errors: FieldErrors,
  rules: ContainerRules,
): void {
  if (containers.length === 0) return errors.required(path);
  const names = new Set<string>();
  for (const [i, container] of containers.entries()) {
    const here = at(path, i);
    validateCommon(container, here, errors, rules);
    if (names.has(container.name)) errors.duplicate(at(here, "name"), container.name);
    names.add(container.name);
    validateProbesAndLifecycle(container, here, errors, rules);
    validateRestartRules(container, here, errors);
  }
  validateHostPorts(containers, path, errors);
}

/** `spec.initContainers`; those that restart always are sidecars, and may have probes. */
export function validateInitContainers(
  containers: readonly Container[],
  regular: readonly Container[],
  path: string,
  errors: FieldErrors,
  rules: ContainerRules,
): void {
  const names = new Set(regular.map((container) => container.name));
  for (const [i, container] of containers.entries()) {
    const here = at(path, i);
    validateCommon(container, here, errors, rules);
    if (container.restartPolicy === "Always") validateProbesAndLifecycle(container, here, errors, rules);
    else
      forbidProbesAndLifecycle(
        container,
        here,
        errors,
        "may not be set for init containers without restartPolicy=Always",
      );
    if (names.has(container.name)) errors.duplicate(at(here, "name"), container.name);
    else if (container.name !== "") names.add(container.name);
    validateHostPorts([container], path, errors);
    validateRestartRules(container, here, errors);
  }
}

/** Fields that a running pod's resources or life depend on, which ephemeral containers may not have. */
const notEphemeral = [
  "ports",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
  "resizePolicy",
  "restartPolicy",
] as const;

export function validateEphemeralContainers(
  containers: readonly EphemeralContainer[],
  others: readonly Container[],
  path: string,
  errors: FieldErrors,
  rules: ContainerRules,
): void {
  const targets = new Set(others.map((container) => container.name));
  const names = new Set(targets);
  for (const [i, container] of containers.entries()) {
    const here = at(path, i);
    validateCommon(container, here, errors, rules);
    if (names.has(container.name)) errors.duplicate(at(here, "name"), container.name);
    names.add(container.name);
    const target = container.targetContainerName;
    if (target && !targets.has(target)) errors.notFound(at(here, "targetContainerName"), target);
    for (const field of notEphemeral) {
      const value = container[field];
      const absent = value === undefined || (Array.isArray(value) && value.length === 0);
      if (!absent) errors.forbidden(at(here, field), "is not supported for ephemeral containers");
    }
    if (Object.keys(container.resources ?? {}).length > 0) {
      errors.forbidden(at(here, "resources"), "is not supported for ephemeral containers");
    }
    for (const [j, mount] of (container.volumeMounts ?? []).entries()) {
      const mountPath = at(at(here, "volumeMounts"), j);
      if (mount.subPath)
        errors.forbidden(at(mountPath, "subPath"), "cannot be set for an ephemeral container");
      if (mount.subPathExpr)
        errors.forbidden(at(mountPath, "subPathExpr"), "cannot be set for an ephemeral container");
    }
  }
}

function validateCommon(
  container: Container | EphemeralContainer,
  path: string,
  errors: FieldErrors,
  rules: ContainerRules,
): void {
  if (container.name === "") errors.required(at(path, "name"));
  else errors.invalidEach(at(path, "name"), container.name, dnsLabel(container.name));
  if (!container.image) errors.required(at(path, "image"));
  const { terminationMessagePolicy = "", imagePullPolicy = "" } = container;
  if (terminationMessagePolicy === "") errors.required(at(path, "terminationMessagePolicy"));
  else if (!messagePolicies.includes(terminationMessagePolicy)) {
    errors.notSupported(at(path, "terminationMessagePolicy"), terminationMessagePolicy, messagePolicies);
  }
  validatePorts(container.ports ?? [], at(path, "ports"), errors);
  validateEnv(container.env, at(path, "env"), errors);
  validateEnvFrom(container.envFrom, at(path, "envFrom"), errors);
  validateVolumeMounts(container, at(path, "volumeMounts"), errors, rules.volumes);
  validateVolumeDevices(container, at(path, "volumeDevices"), errors, rules.volumes);
  if (imagePullPolicy === "") errors.required(at(path, "imagePullPolicy"));
  else if (!pullPolicies.includes(imagePullPolicy)) {
    errors.notSupported(at(path, "imagePullPolicy"), imagePullPolicy, pullPolicies);
  }
  validateResources(container.resources ?? {}, at(path, "resources"), errors, rules);
  validateResizePolicy(container, at(path, "resizePolicy"), errors, rules);
  validateSecurityContext(container.securityContext, at(path, "securityContext"), errors, rules);
}

function validatePorts(ports: readonly ContainerPort[], path: string, errors: FieldErrors): void {
  const names = new Set<string>();
  for (const [i, port] of ports.entries()) {
    const here = at(path, i);
    if (port.name) {
      const complaints = portName(port.name);
      if (complaints.length > 0) errors.invalidEach(at(here, "name"), port.name, complaints);
      else if (names.has(port.name)) errors.duplicate(at(here, "name"), port.name);
      else names.add(port.name);
    }
    if (port.containerPort === 0) errors.required(at(here, "containerPort"));
    else errors.invalidEach(at(here, "containerPort"), port.containerPort, portNumber(port.containerPort));
    if (port.hostPort) errors.invalidEach(at(here, "hostPort"), port.hostPort, portNumber(port.hostPort));
    if (!port.protocol) errors.required(at(here, "protocol"));
    else if (!protocols.includes(port.protocol))
      errors.notSupported(at(here, "protocol"), port.protocol, protocols);
  }
}

/** One host port goes to one container. */
function validateHostPorts(containers: readonly Container[], path: string, errors: FieldErrors): void {
  const seen = new Set<string>();
  for (const [i, container] of containers.entries()) {
    for (const [j, port] of (container.ports ?? []).entries()) {
      if (!port.hostPort) continue;
      const id = `${port.protocol ?? ""}/${port.hostIP ?? ""}/${port.hostPort}`;
      if (seen.has(id)) errors.duplicate(at(at(at(at(path, i), "ports"), j), "hostPort"), id);
      seen.add(id);
    }
  }
}

/** With `hostNetwork` the host's port is the container's. A template may leave it open. */
export function validateHostNetworkPorts(
  containers: readonly Container[],
  path: string,
  errors: FieldErrors,
  rules: { readonly isTemplate: boolean },
): void {
  for (const [i, container] of containers.entries()) {
    for (const [j, port] of (container.ports ?? []).entries()) {
      const hostPort = port.hostPort ?? 0;
      if ((rules.isTemplate && hostPort === 0) || hostPort === port.containerPort) continue;
      const here = at(at(at(at(path, i), "ports"), j), "hostPort");
      errors.invalid(here, hostPort, "must match `containerPort` when `hostNetwork` is true");
    }
  }
}

function validateResizePolicy(
  container: Container | EphemeralContainer,
  path: string,
  errors: FieldErrors,
  rules: ContainerRules,
): void {
  const resources = ["cpu", "memory"];
  const policies = ["NotRequired", "RestartContainer"];
  const seen = new Set<string>();
  for (const [i, policy] of (container.resizePolicy ?? []).entries()) {
    if (policy.resourceName === "") errors.required(path);
    else if (!resources.includes(policy.resourceName))
      errors.notSupported(path, policy.resourceName, resources);
    if (policy.restartPolicy === "") errors.required(path);
    else if (!policies.includes(policy.restartPolicy))
      errors.notSupported(path, policy.restartPolicy, policies);
    else if (policy.restartPolicy === "RestartContainer" && rules.podRestartPolicy === "Never") {
      errors.invalid(path, policy.restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'");
    }
    if (seen.has(policy.resourceName)) errors.duplicate(at(path, i), policy.resourceName);
    seen.add(policy.resourceName);
  }
}
