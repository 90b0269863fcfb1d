/** StatefulSet: pods with stable names and storage, in order. */
import { labelName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { StatefulSet } from "../../types/apps/mod.ts";
import {
  validateStatefulSet,
  validateStatefulSetUpdate,
  validateStatefulSetStatus,
} from "../../types/apps/stateful-set-validation.ts";
import { age, name, templateColumns, text } from "../columns.ts";
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

export const statefulSets: Resource<StatefulSet> = define({
  type: StatefulSet,
  plural: "statefulsets",
  namespaced: true,
  shortNames: ["sts"],
  categories: ["all"],
  strategy: {
    name: labelName,
    generationOf: ["spec"],
    resetFields: statusResetFields,
    prepareForCreate: clearStatusTo({ replicas: 0, availableReplicas: 0 }),
    prepareForUpdate: keepStatus,
    warnings: (object, old) => [
      ...workloadWarnings(object, old, object.spec.template, "spec.template"),
      ...((object.spec.revisionHistoryLimit ?? 0) < 0
        ? [
            "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended",
          ]
        : []),
    ],
    validateCreate: validateStatefulSet,
    validateUpdate: validateStatefulSetUpdate,
  },
  status: statusSubresource<StatefulSet>({ validateUpdate: validateStatefulSetStatus }),
  scale: replicaScale,
  fillEmpty: zeroReplicas,
  columns: [
    name,
    text("Ready", ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
    age,
    ...templateColumns<StatefulSet>(({ spec }) => spec.template.spec),
  ],
});
