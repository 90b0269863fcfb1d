/** DaemonSet: one pod on each node that fits. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { templateGeneration } from "../../types/apps/daemon-set-defaults.ts";
import { sameField } from "../../same-of.ts";
import { DaemonSet, DaemonSetSpec } from "../../types/apps/mod.ts";
import {
  validateDaemonSet,
  validateDaemonSetUpdate,
  validateDaemonSetStatus,
} from "../../types/apps/daemon-set-validation.ts";
import { age, integer, labelsText, name, selectorText, templateColumns, text, wide } from "../columns.ts";
import { workloadWarnings } from "../core/pod-warnings.ts";
import { clearStatusTo, define, keepStatus, statusResetFields, statusSubresource } from "../define.ts";

const clearCounts = clearStatusTo({
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
});

export const daemonSets: Resource<DaemonSet> = define({
  type: DaemonSet,
  plural: "daemonsets",
  namespaced: true,
  shortNames: ["ds"],
  categories: ["all"],
  strategy: {
    name: subdomainName,
    generationOf: ["spec"],
    resetFields: statusResetFields,
    prepareForCreate(draft) {
      clearCounts(draft);
      setTemplateGeneration(draft, 1);
    },
    prepareForUpdate(draft, old) {
      keepStatus(draft, old);
      const before = Number(old.metadata.annotations?.[templateGeneration] ?? 0);
      setTemplateGeneration(
        draft,
        sameField(DaemonSetSpec, "template", draft.spec, old.spec) ? before : before + 1,
      );
    },
    warnings: (object, old) => workloadWarnings(object, old, object.spec.template, "spec.template"),
    rereads: true,
    validateCreate: validateDaemonSet,
    validateUpdate: validateDaemonSetUpdate,
  },
  status: statusSubresource<DaemonSet>({ validateUpdate: validateDaemonSetStatus }),
  fillEmpty: (draft) => setTemplateGeneration(draft, 0),
  columns: [
    name,
    integer("Desired", ({ status }) => status.desiredNumberScheduled ?? 0),
    integer("Current", ({ status }) => status.currentNumberScheduled ?? 0),
    integer("Ready", ({ status }) => status.numberReady ?? 0),
    integer("Up-to-date", ({ status }) => status.updatedNumberScheduled ?? 0),
    integer("Available", ({ status }) => status.numberAvailable ?? 0),
    text("Node Selector", ({ spec }) => labelsText(spec.template.spec.nodeSelector)),
    age,
    ...templateColumns<DaemonSet>(({ spec }) => spec.template.spec),
    wide("Selector", ({ spec }) => selectorText(spec.selector ?? undefined)),
  ],
});

function setTemplateGeneration({ metadata }: DaemonSet, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [templateGeneration]: String(generation) };
}
