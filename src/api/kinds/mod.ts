/**
 * Every resource of the API, by group in the order of discovery. One table: nothing else knows the family.
 */
import type { Resource } from "../resource.ts";
import * as mutating from "./admissionregistration/mutating-admission-policy.ts";
import * as validating from "./admissionregistration/validating-admission-policy.ts";
import * as webhooks from "./admissionregistration/webhook-configurations.ts";
import { customResourceDefinitions } from "./apiextensions/custom-resource-definition.ts";
import { apiServices } from "./apiregistration/api-service.ts";
import { controllerRevisions } from "./apps/controller-revision.ts";
import { daemonSets } from "./apps/daemon-set.ts";
import { deployments } from "./apps/deployment.ts";
import { replicaSets } from "./apps/replica-set.ts";
import { statefulSets } from "./apps/stateful-set.ts";
import { selfSubjectReviews, tokenReviews } from "./authentication/reviews.ts";
import * as access from "./authorization/reviews.ts";
import { horizontalPodAutoscalers } from "./autoscaling/horizontal-pod-autoscaler.ts";
import { horizontalPodAutoscalersV1 } from "./autoscaling/horizontal-pod-autoscaler-v1.ts";
import { cronJobs } from "./batch/cron-job.ts";
import { jobs } from "./batch/job.ts";
import { certificateSigningRequests } from "./certificates/certificate-signing-request.ts";
import { leases } from "./coordination/lease.ts";
import { bindings } from "./core/binding.ts";
import { componentStatuses } from "./core/component-status.ts";
import { configMaps } from "./core/config-map.ts";
import { endpoints } from "./core/endpoints.ts";
import { events } from "./core/event.ts";
import { limitRanges } from "./core/limit-range.ts";
import { namespaces } from "./core/namespace.ts";
import { nodes } from "./core/node.ts";
import { persistentVolumeClaims } from "./core/persistent-volume-claim.ts";
import { persistentVolumes } from "./core/persistent-volume.ts";
import { podTemplates } from "./core/pod-template.ts";
import { pods } from "./core/pod.ts";
import { replicationControllers } from "./core/replication-controller.ts";
import { resourceQuotas } from "./core/resource-quota.ts";
import { secrets } from "./core/secret.ts";
import { serviceAccounts } from "./core/service-account.ts";
import { services } from "./core/service.ts";
import { endpointSlices } from "./discovery/endpoint-slice.ts";
import { eventsV1 } from "./events/event.ts";
import { flowSchemas } from "./flowcontrol/flow-schema.ts";
import { priorityLevelConfigurations } from "./flowcontrol/priority-level-configuration.ts";
import { ingressClasses } from "./networking/ingress-class.ts";
import { ingresses } from "./networking/ingress.ts";
import { ipAddresses } from "./networking/ip-address.ts";
import { networkPolicies } from "./networking/network-policy.ts";
import { serviceCidrs } from "./networking/service-cidr.ts";
import { runtimeClasses } from "./node/runtime-class.ts";
import { podDisruptionBudgets } from "./policy/pod-disruption-budget.ts";
import { clusterRoleBindings } from "./rbac/cluster-role-binding.ts";
import { clusterRoles } from "./rbac/cluster-role.ts";
import { roleBindings } from "./rbac/role-binding.ts";
import { roles } from "./rbac/role.ts";
import { deviceClasses } from "./resource/device-class.ts";
import { resourceClaims } from "./resource/resource-claim.ts";
import { resourceClaimTemplates } from "./resource/resource-claim-template.ts";
import { resourceSlices } from "./resource/resource-slice.ts";
import { priorityClasses } from "./scheduling/priority-class.ts";
import { csiDrivers } from "./storage/csi-driver.ts";
import { csiNodes } from "./storage/csi-node.ts";
import { csiStorageCapacities } from "./storage/csi-storage-capacity.ts";
import { storageClasses } from "./storage/storage-class.ts";
import { volumeAttachments } from "./storage/volume-attachment.ts";
import { volumeAttributesClasses } from "./storage/volume-attributes-class.ts";

const core: readonly Resource[] = [
  bindings,
  componentStatuses,
  configMaps,
  endpoints,
  events,
  limitRanges,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  podTemplates,
  replicationControllers,
  resourceQuotas,
  secrets,
  serviceAccounts,
  services,
];

const workloads: readonly Resource[] = [
  controllerRevisions,
  daemonSets,
  deployments,
  replicaSets,
  statefulSets,
  eventsV1,
  selfSubjectReviews,
  tokenReviews,
  access.localSubjectAccessReviews,
  access.selfSubjectAccessReviews,
  access.selfSubjectRulesReviews,
  access.subjectAccessReviews,
  horizontalPodAutoscalers,
  horizontalPodAutoscalersV1,
  cronJobs,
  jobs,
];

const cluster: readonly Resource[] = [
  certificateSigningRequests,
  ingressClasses,
  ingresses,
  ipAddresses,
  networkPolicies,
  serviceCidrs,
  podDisruptionBudgets,
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  storageClasses,
  volumeAttachments,
  volumeAttributesClasses,
  mutating.mutatingAdmissionPolicies,
  mutating.mutatingAdmissionPolicyBindings,
  webhooks.mutatingWebhookConfigurations,
  validating.validatingAdmissionPolicies,
  validating.validatingAdmissionPolicyBindings,
  webhooks.validatingWebhookConfigurations,
  customResourceDefinitions,
  priorityClasses,
  leases,
  runtimeClasses,
  endpointSlices,
  deviceClasses,
  resourceClaims,
  resourceClaimTemplates,
  resourceSlices,
  flowSchemas,
  priorityLevelConfigurations,
];

/** The 68 resources, in discovery's order of groups. */
export const resources: readonly Resource[] = [...core, apiServices, ...workloads, ...cluster];
