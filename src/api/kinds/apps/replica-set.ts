/** ReplicaSet: keeps a number of equal pods. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { ReplicaSet } from "../../types/apps/mod.ts";
import {
  validateReplicaSet,
  validateReplicaSetStatus,
  validateReplicaSetUpdate,
} from "../../types/apps/replica-set-validation.ts";
import { age, integer, name, selectorText, templateColumns, wide } from "../columns.ts";
import { workloadWarnings } from "../core/pod-warnings.ts";
import {
  clearStatusTo,
  define,
  keepStatus,
  replicaScale,
  statusResetFields,
  statusSubresource,
  zeroReplicas,
} from "../define.ts";

export const replicaSets: Resource<ReplicaSet> = define({
  type: ReplicaSet,
  plural: "replicasets",
  namespaced: true,
  shortNames: ["rs"],
  categories: ["all"],
  strategy: {
    name: subdomainName,
    generationOf: ["spec"],
    resetFields: statusResetFields,
    prepareForCreate: clearStatusTo({ replicas: 0 }),
    prepareForUpdate: keepStatus,
    warnings: (object, old) => workloadWarnings(object, old, object.spec.template, "spec.template"),
    rereads: true,
    validateCreate: validateReplicaSet,
    validateUpdate: validateReplicaSetUpdate,
  },
  status: statusSubresource<ReplicaSet>({ validateUpdate: validateReplicaSetStatus }),
  scale: replicaScale,
  fillEmpty: zeroReplicas,
  selectableFields: { "status.replicas": ({ status }) => String(status.replicas ?? 0) },
  columns: [
    name,
    integer("Desired", ({ spec }) => spec.replicas ?? 0),
    integer("Current", ({ status }) => status.replicas ?? 0),
    integer("Ready", ({ status }) => status.readyReplicas ?? 0),
    age,
    ...templateColumns<ReplicaSet>(({ spec }) => spec.template.spec),
    wide("Selector", ({ spec }) => selectorText(spec.selector ?? undefined)),
  ],
});
