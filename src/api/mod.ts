/**
 * The door of the resource model: schema language, types and kinds, codecs, names, selectors, patches.
 * Types are here by group (`core.Pod`, `rbac.Subject`), and the frequent ones also by name.
 */

// Schema language. Its words (`field`, `optional`, ...) are for tables, and come from schema/mod.ts.
export type {
  Field,
  GroupVersionKind,
  Hooks,
  JsonObject,
  JsonValue,
  ListOf,
  MapOf,
  Presence,
  Scalar,
  Schema,
  Type,
  Union,
} from "./schema/mod.ts";
export { applyDefaults } from "./schema/mod.ts";

// Types.
export {
  admission,
  admissionregistration,
  apidiscovery,
  apiextensions,
  apiregistration,
  apps,
  audit,
  authentication,
  authorization,
  autoscaling,
  autoscalingV1,
  batch,
  certificates,
  coordination,
  core,
  customMetrics,
  discovery,
  events,
  externalMetrics,
  flowcontrol,
  meta,
  metrics,
  networking,
  node,
  policy,
  rbac,
  resource,
  scheduling,
  storage,
} from "./types/mod.ts";
export {
  Condition,
  DeleteOptions,
  type KubeList,
  type KubeObject,
  LabelSelector,
  LabelSelectorRequirement,
  ListMeta,
  ManagedFieldsEntry,
  ObjectMeta,
  OwnerReference,
  PartialObjectMetadata,
  PartialObjectMetadataList,
  Table,
} from "./types/meta/mod.ts";
export {
  Affinity,
  Binding,
  ConfigMap,
  Container,
  ContainerPort,
  ContainerState,
  ContainerStatus,
  Endpoints,
  EnvVar,
  EphemeralContainer,
  Lifecycle,
  LifecycleHandler,
  LimitRange,
  LocalObjectReference,
  Namespace,
  Node,
  NodeAddress,
  NodeAffinity,
  NodeCondition,
  NodeSelector,
  NodeSelectorTerm,
  NodeSpec,
  NodeStatus,
  ObjectReference,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodAffinityTerm,
  PodCondition,
  PodList,
  PodSecurityContext,
  PodSpec,
  PodStatus,
  PodTemplate,
  PodTemplateSpec,
  Probe,
  ReplicationController,
  ResourceQuota,
  ResourceRequirements,
  Secret,
  SecurityContext,
  Service,
  ServiceAccount,
  ServicePort,
  ServiceSpec,
  Taint,
  Toleration,
  TopologySpreadConstraint,
  Volume,
  VolumeMount,
} from "./types/core/mod.ts";
export {
  ControllerRevision,
  DaemonSet,
  DaemonSetSpec,
  Deployment,
  DeploymentSpec,
  DeploymentStatus,
  ReplicaSet,
  ReplicaSetSpec,
  StatefulSet,
  StatefulSetSpec,
} from "./types/apps/mod.ts";
export { CronJob, CronJobSpec, Job, JobSpec } from "./types/batch/mod.ts";
export { Lease, LeaseSpec } from "./types/coordination/mod.ts";
export { Endpoint, EndpointSlice } from "./types/discovery/mod.ts";
export { ClusterRole, ClusterRoleBinding, Role, RoleBinding, RoleRef } from "./types/rbac/mod.ts";
export { CustomResourceDefinition, JSONSchemaProps } from "./types/apiextensions/mod.ts";
export { IPAddress, Ingress, IngressClass, NetworkPolicy, ServiceCIDR } from "./types/networking/mod.ts";
export { Eviction, PodDisruptionBudget } from "./types/policy/mod.ts";
export { CSIDriver, CSINode, StorageClass, VolumeAttachment } from "./types/storage/mod.ts";
export { PriorityClass } from "./types/scheduling/mod.ts";
export { RuntimeClass } from "./types/node/mod.ts";
export { CertificateSigningRequest } from "./types/certificates/mod.ts";
export { APIService } from "./types/apiregistration/mod.ts";

// Resources, errors and statuses.
export { at, atKey, type FieldError, type FieldErrorReason, FieldErrors } from "./field-errors.ts";
export type {
  Column,
  ObjectSubresource,
  RequestContext,
  Resource,
  ScaleSubresource,
  Strategy,
  Verb,
} from "./resource.ts";
export {
  alreadyExists,
  badRequest,
  conflict,
  expired,
  forbidden,
  internal,
  invalid,
  isStatus,
  methodNotAllowed,
  notAcceptable,
  notFound,
  type ResourceName,
  type StatusBody,
  type StatusCause,
  type StatusDetails,
  StatusError,
  type StatusReason,
  timeout,
  tooLarge,
  tooManyRequests,
  unauthorized,
  unavailable,
  unknownPath,
  unsupportedMediaType,
} from "./status.ts";
export { type IntOrString, percentOf, scaled } from "./int-or-string.ts";
export { canonicalQuantity, Quantity, QuantityError, type QuantityFormat } from "./quantity.ts";
export { formatDuration, microTime, parseDuration, parseInstant, parseTime, rfc3339 } from "./time.ts";

// Codecs.
export {
  canonical,
  decode,
  type Decoded,
  DecodeError,
  type DecodeErrorCode,
  type DecodeMode,
  decodeEnvelope,
  decodeMessage,
  decodeProtobuf,
  encodeEnvelope,
  encodeJson,
  encodeMessage,
  encodeProtobuf,
  encodeWatchFrame,
  type Envelope,
  isProtobuf,
  JsonDocument,
  parseDocument,
  parseJson,
  parseYaml,
  stringifyJson,
  stringifyYaml,
  type WatchFrame,
  WatchFrameReader,
} from "./codec/mod.ts";
