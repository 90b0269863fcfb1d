/**
 * Containers of a pod.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  by,
  enumOf,
  known,
  field,
  inline,
  int32,
  message,
  omitempty,
  optional,
  type Plain,
  set,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { EnvFromSource, EnvVar } from "./environment.ts";
import { Lifecycle, Probe } from "./probe.ts";
import { ResourceRequirements } from "./resources.ts";
import { SecurityContext } from "./security-context.ts";
import { PullPolicy } from "./volume-source.ts";
import { VolumeDevice, VolumeMount } from "./volume.ts";
import { defaultContainer, defaultEphemeralContainer } from "./container-defaults.ts";

export type Protocol = Value<typeof Protocol>;
export const Protocol = enumOf("SCTP", "TCP", "UDP");

export interface ContainerPort extends Shape<typeof ContainerPort>, Plain {}
export const ContainerPort = message<ContainerPort>("ContainerPort")({
  name: omitempty(1, string),
  hostPort: omitempty(2, int32),
  containerPort: field(3, int32),
  protocol: omitempty(4, Protocol, { default: "TCP" }),
  hostIP: omitempty(5, string),
});

export type ResourceResizeRestartPolicy = Value<typeof ResourceResizeRestartPolicy>;
export const ResourceResizeRestartPolicy = known("NotRequired", "RestartContainer");

export interface ContainerResizePolicy extends Shape<typeof ContainerResizePolicy>, Plain {}
export const ContainerResizePolicy = message<ContainerResizePolicy>("ContainerResizePolicy")({
  resourceName: field(1, string),
  restartPolicy: field(2, ResourceResizeRestartPolicy),
});

export type ContainerRestartRuleOnExitCodesOperator = Value<typeof ContainerRestartRuleOnExitCodesOperator>;
export const ContainerRestartRuleOnExitCodesOperator = known("In", "NotIn");

export interface ContainerRestartRuleOnExitCodes
  extends Shape<typeof ContainerRestartRuleOnExitCodes>,
    Plain {}
export const ContainerRestartRuleOnExitCodes = message<ContainerRestartRuleOnExitCodes>(
  "ContainerRestartRuleOnExitCodes",
)({
  operator: omitempty(1, ContainerRestartRuleOnExitCodesOperator, { required: true }),
  values: omitempty(2, set(int32)),
});

export type ContainerRestartRuleAction = Value<typeof ContainerRestartRuleAction>;
export const ContainerRestartRuleAction = known("Restart", "RestartAllContainers");

export interface ContainerRestartRule extends Shape<typeof ContainerRestartRule>, Plain {}
export const ContainerRestartRule = message<ContainerRestartRule>("ContainerRestartRule")({
  action: omitempty(1, ContainerRestartRuleAction, { required: true }),
  exitCodes: optional(2, ContainerRestartRuleOnExitCodes),
});

export type ContainerRestartPolicy = Value<typeof ContainerRestartPolicy>;
export const ContainerRestartPolicy = known("Always", "Never", "OnFailure");

export type TerminationMessagePolicy = Value<typeof TerminationMessagePolicy>;
export const TerminationMessagePolicy = enumOf("FallbackToLogsOnError", "File");

export interface Container extends Shape<typeof Container>, Plain {}
export const Container = message<Container>("Container")(
  {
    name: field(1, string),
    image: omitempty(2, string),
    command: omitempty(3, atomic(string)),
    args: omitempty(4, atomic(string)),
    workingDir: omitempty(5, string),
    ports: omitempty(6, by(["containerPort", "protocol"], ContainerPort), { patch: "merge" }),
    envFrom: omitempty(19, atomic(EnvFromSource)),
    env: omitempty(7, by("name", EnvVar), { patch: "merge" }),
    resources: struct(8, ResourceRequirements),
    resizePolicy: omitempty(23, atomic(ContainerResizePolicy), { gate: "InPlacePodVerticalScaling" }),
    restartPolicy: optional(24, ContainerRestartPolicy),
    restartPolicyRules: omitempty(25, atomic(ContainerRestartRule), { gate: "ContainerRestartRules" }),
    volumeMounts: omitempty(9, by("mountPath", VolumeMount), { patch: "merge" }),
    volumeDevices: omitempty(21, by("devicePath", VolumeDevice), { patch: "merge" }),
    livenessProbe: optional(10, Probe),
    readinessProbe: optional(11, Probe),
    startupProbe: optional(22, Probe),
    lifecycle: optional(12, Lifecycle),
    terminationMessagePath: omitempty(13, string),
    terminationMessagePolicy: omitempty(20, TerminationMessagePolicy),
    imagePullPolicy: omitempty(14, PullPolicy),
    securityContext: optional(15, SecurityContext),
    stdin: omitempty(16, bool),
    stdinOnce: omitempty(17, bool),
    tty: omitempty(18, bool),
  },
  { default: defaultContainer },
);

export interface EphemeralContainerCommon extends Shape<typeof EphemeralContainerCommon>, Plain {}
export const EphemeralContainerCommon = message<EphemeralContainerCommon>("EphemeralContainerCommon")({
  name: field(1, string),
  image: omitempty(2, string),
  command: omitempty(3, atomic(string)),
  args: omitempty(4, atomic(string)),
  workingDir: omitempty(5, string),
  ports: omitempty(6, by(["containerPort", "protocol"], ContainerPort), { patch: "merge" }),
  envFrom: omitempty(19, atomic(EnvFromSource)),
  env: omitempty(7, by("name", EnvVar), { patch: "merge" }),
  resources: struct(8, ResourceRequirements),
  resizePolicy: omitempty(23, atomic(ContainerResizePolicy), { gate: "InPlacePodVerticalScaling" }),
  restartPolicy: optional(24, ContainerRestartPolicy),
  restartPolicyRules: omitempty(25, atomic(ContainerRestartRule), { gate: "ContainerRestartRules" }),
  volumeMounts: omitempty(9, by("mountPath", VolumeMount), { patch: "merge" }),
  volumeDevices: omitempty(21, by("devicePath", VolumeDevice), { patch: "merge" }),
  livenessProbe: optional(10, Probe),
  readinessProbe: optional(11, Probe),
  startupProbe: optional(22, Probe),
  lifecycle: optional(12, Lifecycle),
  terminationMessagePath: omitempty(13, string),
  terminationMessagePolicy: omitempty(20, TerminationMessagePolicy),
  imagePullPolicy: omitempty(14, PullPolicy),
  securityContext: optional(15, SecurityContext),
  stdin: omitempty(16, bool),
  stdinOnce: omitempty(17, bool),
  tty: omitempty(18, bool),
});

export interface EphemeralContainer extends Shape<typeof EphemeralContainer>, Plain {}
export const EphemeralContainer = message<EphemeralContainer>("EphemeralContainer")(
  {
    ...inline(1, EphemeralContainerCommon),
    targetContainerName: omitempty(2, string),
  },
  { default: defaultEphemeralContainer },
);
