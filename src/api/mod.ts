/**
 * The door of the resource model: schema language, types and kinds, codecs, names, selectors, patches.
 * Types are here by group (`core.Pod`, `rbac.Subject`), and the frequent ones also by name.
 */

// Schema language. Its words (`field`, `optional`, ...) are for tables, and come from schema/mod.ts.
export type { Field, GroupVersionKind, Hooks, JsonObject, Schema, Type } from "./schema/mod.ts";
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
  DeleteOptions,
  type KubeList,
  type KubeObject,
  LabelSelector,
  ManagedFieldsEntry,
  ObjectMeta,
  OwnerReference,
  PartialObjectMetadata,
  Table,
} from "./types/meta/mod.ts";
export {
  Binding,
  ConfigMap,
  Container,
  ContainerPort,
  ContainerState,
  ContainerStatus,
  Endpoints,
  LifecycleHandler,
  LimitRange,
  Namespace,
  Node,
  NodeCondition,
  NodeSelectorTerm,
  NodeStatus,
  ObjectReference,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodCondition,
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
  Taint,
  Toleration,
  Volume,
  VolumeMount,
} from "./types/core/mod.ts";
export { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from "./types/apps/mod.ts";
export { CronJob, Job } from "./types/batch/mod.ts";
export { Lease } from "./types/coordination/mod.ts";
export { Endpoint, EndpointSlice } from "./types/discovery/mod.ts";
export { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from "./types/rbac/mod.ts";
export { CustomResourceDefinition } from "./types/apiextensions/mod.ts";
export { IPAddress, Ingress, IngressClass, NetworkPolicy, ServiceCIDR } from "./types/networking/mod.ts";
export { Eviction, PodDisruptionBudget } from "./types/policy/mod.ts";
export { CSIDriver, CSINode, StorageClass, VolumeAttachment } from "./types/storage/mod.ts";
export { PriorityClass } from "./types/scheduling/mod.ts";
export { RuntimeClass } from "./types/node/mod.ts";
export { CertificateSigningRequest } from "./types/certificates/mod.ts";
export { organizationsOf } from "./types/certificates/signing-request.ts";
export { amountsOf, difference, listOf, only, sum } from "./quota/amounts.ts";
export { podAmounts, unsaidBy } from "./quota/pod-usage.ts";
export { subdomainName } from "./names/object-name.ts";
export { validateObjectMeta } from "./types/meta/object-meta-validation.ts";
export { validateServiceAddresses } from "./types/core/service-address-validation.ts";
export { declaredFeatures, featuresToChange, featuresToRun } from "./declared-features.ts";
export { isInScope } from "./quota/scopes.ts";
export { type CountedResource, isCountedBy, usageOf } from "./quota/usage.ts";
export {
  isStricter,
  levelText,
  type LevelVersion,
  policyOf,
  reasonText,
  type SecurityPolicy,
  violationsOf,
  violationText,
} from "./pod-security/levels.ts";
export type { AnyContainer, CheckedPod } from "./pod-security/check.ts";
export { openPodSecurity, type PodSecuritySettings, readPodSecurity } from "./pod-security/configuration.ts";
export { type AdmissionPluginConfiguration, readAdmissionConfiguration } from "./admission-configuration.ts";
export { FlowSchema, PriorityLevelConfiguration } from "./types/flowcontrol/mod.ts";
export { APIService } from "./types/apiregistration/mod.ts";

// Resources, errors and statuses.
export { type FieldError, type FieldErrorReason, FieldErrors } from "./field-errors.ts";
export type { Column, ObjectSubresource, RequestContext, Resource, ScaleSubresource } from "./resource.ts";
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
export { type IntOrString, scaled } from "./int-or-string.ts";
export { Quantity, QuantityError } from "./quantity.ts";
export { microTime, parseDuration, parseInstant, parseTime, rfc3339 } from "./time.ts";

// Codecs.
export {
  clearEmptyLists,
  canonical,
  decode,
  DecodeError,
  type KnownParts,
  decodeProtobuf,
  encodeEnvelope,
  encodeJson,
  encodeMessage,
  encodeProtobuf,
  encodeWatchFrame,
  isProtobuf,
  JsonDocument,
  parseAccept,
  parseDocument,
  parseJson,
  parseStoredJson,
  parseYaml,
  parseYamlDocument,
  unwrapLiterals,
  stringifyJson,
  stringifyYaml,
  WatchFrameReader,
  zeroObject,
} from "./codec/mod.ts";

// Kinds: the table of all resources, and those that code names.
export { resources } from "./kinds/mod.ts";
export { prepareForCreate, prepareForUpdate, validateCreate, validateUpdate } from "./kinds/lifecycle.ts";
export { customResourceDefinitions } from "./kinds/apiextensions/custom-resource-definition.ts";
export { apiServices } from "./kinds/apiregistration/api-service.ts";
export { controllerRevisions } from "./kinds/apps/controller-revision.ts";
export { daemonSets } from "./kinds/apps/daemon-set.ts";
export { deployments } from "./kinds/apps/deployment.ts";
export { replicaSets } from "./kinds/apps/replica-set.ts";
export { statefulSets } from "./kinds/apps/stateful-set.ts";
export { selfSubjectReviews, tokenReviews } from "./kinds/authentication/reviews.ts";
export { horizontalPodAutoscalers } from "./kinds/autoscaling/horizontal-pod-autoscaler.ts";
export { horizontalPodAutoscalersV1 } from "./kinds/autoscaling/horizontal-pod-autoscaler-v1.ts";
export { scaleColumns } from "./kinds/autoscaling/scale-columns.ts";
export { cronJobs } from "./kinds/batch/cron-job.ts";
export { jobs } from "./kinds/batch/job.ts";
export { certificateSigningRequests } from "./kinds/certificates/certificate-signing-request.ts";
export { leases } from "./kinds/coordination/lease.ts";
export { bindings } from "./kinds/core/binding.ts";
export { componentStatuses } from "./kinds/core/component-status.ts";
export { configMaps } from "./kinds/core/config-map.ts";
export { endpoints } from "./kinds/core/endpoints.ts";
export { events } from "./kinds/core/event.ts";
export { limitRanges } from "./kinds/core/limit-range.ts";
export { namespaces } from "./kinds/core/namespace.ts";
export { nodes } from "./kinds/core/node.ts";
export { persistentVolumeClaims } from "./kinds/core/persistent-volume-claim.ts";
export { persistentVolumes } from "./kinds/core/persistent-volume.ts";
export { podTemplates } from "./kinds/core/pod-template.ts";
export { pods } from "./kinds/core/pod.ts";
export { replicationControllers } from "./kinds/core/replication-controller.ts";
export { resourceQuotas } from "./kinds/core/resource-quota.ts";
export { secrets } from "./kinds/core/secret.ts";
export { serviceAccounts } from "./kinds/core/service-account.ts";
export { services } from "./kinds/core/service.ts";
export { endpointSlices } from "./kinds/discovery/endpoint-slice.ts";
export { eventsV1 } from "./kinds/events/event.ts";
export { flowSchemas } from "./kinds/flowcontrol/flow-schema.ts";
export { priorityLevelConfigurations } from "./kinds/flowcontrol/priority-level-configuration.ts";
export { ingressClasses } from "./kinds/networking/ingress-class.ts";
export { ingresses } from "./kinds/networking/ingress.ts";
export { ipAddresses } from "./kinds/networking/ip-address.ts";
export { networkPolicies } from "./kinds/networking/network-policy.ts";
export { serviceCidrs } from "./kinds/networking/service-cidr.ts";
export { runtimeClasses } from "./kinds/node/runtime-class.ts";
export { podDisruptionBudgets } from "./kinds/policy/pod-disruption-budget.ts";
export { clusterRoleBindings } from "./kinds/rbac/cluster-role-binding.ts";
export { clusterRoles } from "./kinds/rbac/cluster-role.ts";
export { roleBindings } from "./kinds/rbac/role-binding.ts";
export { roles } from "./kinds/rbac/role.ts";
export { deviceClasses } from "./kinds/resource/device-class.ts";
export { resourceClaims } from "./kinds/resource/resource-claim.ts";
export { resourceClaimTemplates } from "./kinds/resource/resource-claim-template.ts";
export { resourceSlices } from "./kinds/resource/resource-slice.ts";
export { priorityClasses } from "./kinds/scheduling/priority-class.ts";
export { csiDrivers } from "./kinds/storage/csi-driver.ts";
export { csiNodes } from "./kinds/storage/csi-node.ts";
export { csiStorageCapacities } from "./kinds/storage/csi-storage-capacity.ts";
export { storageClasses } from "./kinds/storage/storage-class.ts";
export { volumeAttachments } from "./kinds/storage/volume-attachment.ts";
export { volumeAttributesClasses } from "./kinds/storage/volume-attributes-class.ts";

// Selectors, patches, ownership, discovery.
export {
  SelectorError,
  escapeFieldValue,
  FieldSelector,
  parseFieldSelector,
  type LabelSelectorObject,
  labelSelector,
  labelSelectorOfMap,
  parseLabelSelector,
  Selector,
  matchesNodeTerm,
  matchesNodeTerms,
} from "./selectors/mod.ts";
export { PatchError, applyJsonPatch, applyMergePatch, applyStrategicMergePatch } from "./patch/mod.ts";
export {
  applyConflict,
  applyPatch,
  ManagedFieldsError,
  type OtherVersion,
  setOfFields,
  type VersionedType,
  parentManagedFields,
  type ScaledObject,
  scaleManagedFields,
  trackUpdate,
  entriesText,
  parseEntries,
} from "./managed-fields/mod.ts";
export { Discovery, type DiscoveryDocument, groupPriority } from "./discovery/mod.ts";
export { type Describe, OpenApi, type OpenApiDocument } from "./openapi/mod.ts";
export { same } from "./equal.ts";
export { sameField, sameOf } from "./same-of.ts";
export { kubernetesVersion } from "./version.ts";
export { type ZPage, ZPages } from "./zpages.ts";
export { dnsSubdomain, domainPrefixedPath } from "./names/dns.ts";
export { relativePath } from "./names/file-path.ts";
export {
  type Cidr,
  contains,
  formatCidr,
  formatIp,
  isIpv6,
  networkOf,
  parseCidr,
  parseIp,
} from "./names/ip.ts";
