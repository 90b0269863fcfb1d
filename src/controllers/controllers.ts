/** Every controller, by the name that `--controllers` takes. One table: nothing else knows the family. */
import { rootCaPublisher } from "./accounts/root-ca-publisher.ts";
import { serviceAccountController } from "./accounts/service-account-controller.ts";
import type { ControllerDefinition } from "./controller.ts";
import { disruptionController } from "./disruption/disruption-controller.ts";
import { garbageCollector } from "./garbage/garbage-collector.ts";
import { namespaceController } from "./namespaces/namespace-controller.ts";
import { endpointSliceController } from "./network/endpoint-slice-controller.ts";
import { endpointsController } from "./network/endpoints-controller.ts";
import { nodeIpamController } from "./nodes/node-ipam-controller.ts";
import { serviceCidrController } from "./network/service-cidr-controller.ts";
import { nodeLifecycleController } from "./nodes/node-lifecycle-controller.ts";
import { podGarbageCollector } from "./nodes/pod-garbage-collector.ts";
import { taintEvictionController } from "./nodes/taint-eviction-controller.ts";
import { claimProtectionController } from "./protection/claim-protection-controller.ts";
import { volumeProtectionController } from "./protection/volume-protection-controller.ts";
import { resourceQuotaController } from "./quota/resource-quota-controller.ts";
import { clusterRoleAggregationController } from "./rbac/cluster-role-aggregation-controller.ts";
import { deploymentController } from "./workloads/deployment/deployment-controller.ts";
import { statefulSetController } from "./workloads/stateful-set/stateful-set-controller.ts";
import { replicaSetController } from "./workloads/replica-set-controller.ts";

/** In the order in which they are created; turns do not depend on it. */
export const controllers: readonly ControllerDefinition[] = [
  namespaceController,
  serviceAccountController,
  rootCaPublisher,
  deploymentController,
  replicaSetController,
  statefulSetController,
  endpointSliceController,
  endpointsController,
  serviceCidrController,
  garbageCollector,
  nodeIpamController,
  nodeLifecycleController,
  taintEvictionController,
  podGarbageCollector,
  disruptionController,
  claimProtectionController,
  volumeProtectionController,
  clusterRoleAggregationController,
  resourceQuotaController,
];
