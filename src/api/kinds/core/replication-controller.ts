/** ReplicationController: the ancestor of ReplicaSet, with a plain map as selector. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { ReplicationController } from "../../types/core/mod.ts";
import { validateReplicaSetStatus } from "../../types/apps/replica-set-validation.ts";
import { validateReplicationController } from "../../types/core/replication-controller-validation.ts";
import { age, integer, labelsText, name, templateColumns, wide } from "../columns.ts";
import {
  clearStatusTo,
  define,
  keepStatus,
  replicaScale,
  statusResetFields,
  statusSubresource,
} from "../define.ts";
import { podWarnings } from "./pod-warnings.ts";

export const replicationControllers: Resource<ReplicationController> = define({
  type: ReplicationController,
  plural: "replicationcontrollers",
  namespaced: true,
  shortNames: ["rc"],
  categories: ["all"],
  storage: { prefix: "/registry/controllers" },
  strategy: {
    warnings: ({ metadata, spec }, old) =>
      spec.template === undefined || old?.metadata.generation === metadata.generation
        ? []
        : podWarnings(spec.template, "spec.template"),
    name: subdomainName,
    generationOf: ["spec"],
    resetFields: statusResetFields,
    defaultPropagation: "Orphan",
    prepareForCreate: clearStatusTo({ replicas: 0 }),
    prepareForUpdate: keepStatus,
    rereads: true,
    validateCreate: validateReplicationController,
    validateUpdate: (object, _old, errors) => validateReplicationController(object, errors),
  },
  status: statusSubresource<ReplicationController>({ validateUpdate: validateReplicaSetStatus }),
  scale: replicaScale,
  selectableFields: { "status.replicas": ({ status }) => String(status.replicas ?? 0) },
  columns: [
    name,
    integer("Desired", ({ spec }) => spec.replicas ?? 0),
    integer("Current", ({ status }) => status.replicas ?? 0),
    integer("Ready", ({ status }) => status.readyReplicas ?? 0),
    age,
    ...templateColumns<ReplicationController>(({ spec }) => spec.template?.spec),
    wide("Selector", ({ spec }) => labelsText(spec.selector)),
  ],
});
