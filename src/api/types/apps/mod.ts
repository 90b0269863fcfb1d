/** The types of apps/v1: each name is a type and its table. */
export { ControllerRevision, ControllerRevisionList } from "./controller-revision.ts";
export {
  DaemonSet,
  DaemonSetCondition,
  DaemonSetList,
  DaemonSetSpec,
  DaemonSetStatus,
  DaemonSetUpdateStrategy,
  DaemonSetUpdateStrategyType,
  RollingUpdateDaemonSet,
} from "./daemon-set.ts";
export {
  Deployment,
  DeploymentCondition,
  DeploymentConditionType,
  DeploymentList,
  DeploymentSpec,
  DeploymentStatus,
  DeploymentStrategy,
  DeploymentStrategyType,
  RollingUpdateDeployment,
} from "./deployment.ts";
export {
  ReplicaSet,
  ReplicaSetCondition,
  ReplicaSetConditionType,
  ReplicaSetList,
  ReplicaSetSpec,
  ReplicaSetStatus,
} from "./replica-set.ts";
export {
  PersistentVolumeClaimRetentionPolicyType,
  PodManagementPolicyType,
  RollingUpdateStatefulSetStrategy,
  StatefulSet,
  StatefulSetCondition,
  StatefulSetList,
  StatefulSetOrdinals,
  StatefulSetPersistentVolumeClaimRetentionPolicy,
  StatefulSetSpec,
  StatefulSetStatus,
  StatefulSetUpdateStrategy,
  StatefulSetUpdateStrategyType,
} from "./stateful-set.ts";
