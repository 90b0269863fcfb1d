/** The ordered table of admission plug-ins; the order is upstream's. */
import type { AdmissionPlugin } from "./admission.ts";
import { certificateApproval } from "./certificate-approval.ts";
import { certificateSigning } from "./certificate-signing.ts";
import { certificateSubjectRestriction } from "./certificate-subject-restriction.ts";
import { clusterTrustBundleAttest } from "./cluster-trust-bundle-attest.ts";
import { persistentVolumeClaimResize } from "./persistent-volume-claim-resize.ts";
import { podSecurity } from "./pod-security.ts";
import { PodSecurityMetrics } from "./pod-security-metrics.ts";
import { defaultIngressClass } from "./default-ingress-class.ts";
import { defaultStorageClass } from "./default-storage-class.ts";
import { defaultTolerationSeconds } from "./default-toleration-seconds.ts";
import { limitRanger } from "./limit-ranger.ts";
import { namespaceLifecycle } from "./namespace-lifecycle.ts";
import { nodeDeclaredFeatureValidator } from "./node-declared-feature-validator.ts";
import { nodeRestriction } from "./node-restriction.ts";
import { podResizeValidator } from "./pod-resize-validator.ts";
import { podTopologyLabels } from "./pod-topology-labels.ts";
import { priority } from "./priority.ts";
import { rbacEscalation } from "./rbac-escalation.ts";
import { resourceQuota } from "./resource-quota.ts";
import { runtimeClass } from "./runtime-class.ts";
import { type ConfigMapKey, serviceAccount } from "./service-account.ts";
import { storageObjectInUseProtection } from "./storage-object-in-use-protection.ts";
import { taintNodesByCondition } from "./taint-nodes-by-condition.ts";
import type { PodSecuritySettings } from "#api";
import type { Metrics } from "#base";
import type { RbacAuthorizer } from "../authz/rbac.ts";
import type { AuthorizerChain } from "../authz/chain.ts";

/** What some plug-ins ask beside the objects of the cluster. */
export interface PluginParts {
  readonly rbac: RbacAuthorizer;
  readonly authorizers: AuthorizerChain;
  readonly podSecurity: PodSecuritySettings;
  readonly tokenConfigMaps: readonly ConfigMapKey[];
  readonly metrics: Metrics;
}

/** Every plug-in by name, in the order in which they run. */
const plugins = {
  NamespaceLifecycle: () => namespaceLifecycle,
  LimitRanger: () => limitRanger,
  ServiceAccount: (parts) => serviceAccount(parts.tokenConfigMaps),
  NodeRestriction: (parts) => nodeRestriction(parts.authorizers),
  TaintNodesByCondition: () => taintNodesByCondition,
  PodSecurity: (parts) => podSecurity(parts.podSecurity, new PodSecurityMetrics(parts.metrics)),
  Priority: () => priority,
  DefaultTolerationSeconds: () => defaultTolerationSeconds,
  PersistentVolumeClaimResize: () => persistentVolumeClaimResize,
  StorageObjectInUseProtection: () => storageObjectInUseProtection,
  DefaultStorageClass: () => defaultStorageClass,
  RuntimeClass: () => runtimeClass,
  CertificateApproval: (parts) => certificateApproval(parts.authorizers),
  CertificateSigning: (parts) => certificateSigning(parts.authorizers),
  ClusterTrustBundleAttest: (parts) => clusterTrustBundleAttest(parts.authorizers),
  CertificateSubjectRestriction: () => certificateSubjectRestriction,
  DefaultIngressClass: () => defaultIngressClass,
  PodTopologyLabels: () => podTopologyLabels,
  NodeDeclaredFeatureValidator: () => nodeDeclaredFeatureValidator,
  PodResizeValidator: () => podResizeValidator,
  RbacEscalation: (parts) => rbacEscalation(parts.rbac, parts.authorizers),
  ResourceQuota: () => resourceQuota,
} as const satisfies Readonly<Record<string, (parts: PluginParts) => AdmissionPlugin>>;

/** In the order in which they run. */
export const pluginNames: readonly string[] = Object.keys(plugins);

/** All but those turned off. */
export function createPlugins(
  parts: PluginParts,
  disabled: readonly string[] = [],
): readonly AdmissionPlugin[] {
  return Object.entries(plugins).flatMap(([name, make]) => (disabled.includes(name) ? [] : [make(parts)]));
}
