/** DaemonSet: one pod on each node that fits. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { DaemonSet } from "../../types/apps/mod.ts";
import { age, integer, labelsText, name, selectorText, templateColumns, text, wide } from "../columns.ts";
import { clearStatus, define, keepStatus, statusResetFields, statusSubresource } from "../define.ts";

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
    prepareForCreate: clearStatus,
    prepareForUpdate: keepStatus,
  },
  status: statusSubresource(),
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
