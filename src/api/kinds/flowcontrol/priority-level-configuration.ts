/** PriorityLevelConfiguration: how many requests of a level run at once, and how others wait. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { PriorityLevelConfiguration } from "../../types/flowcontrol/mod.ts";
import { validateFlowStatus } from "../../types/flowcontrol/flow-schema-validation.ts";
import { validatePriorityLevel } from "../../types/flowcontrol/priority-level-validation.ts";
import { age, name, text } from "../columns.ts";
import { clearStatus, define, keepStatus, statusOnlyResetFields, statusSubresource } from "../define.ts";

export const priorityLevelConfigurations: Resource<PriorityLevelConfiguration> = define({
  type: PriorityLevelConfiguration,
  plural: "prioritylevelconfigurations",
  namespaced: false,
  strategy: {
    name: subdomainName,
    generationOf: ["spec"],
    resetFields: statusOnlyResetFields,
    prepareForCreate: clearStatus,
    prepareForUpdate: keepStatus,
    metadataOnUpdate: ["whole"],
    validateCreate: validatePriorityLevel,
    validateUpdate: (object, _old, errors) => validatePriorityLevel(object, errors),
  },
  status: statusSubresource<PriorityLevelConfiguration>({
    validateUpdate: validateFlowStatus,
    metadataOnUpdate: [],
    keeps: "metadata",
  }),
  columns: [
    name,
    text("Type", ({ spec }) => spec.type),
    text("NominalConcurrencyShares", ({ spec }) => spec.limited?.nominalConcurrencyShares ?? "<none>"),
    text("Queues", (object) => queuing(object)?.queues ?? "<none>"),
    text("HandSize", (object) => queuing(object)?.handSize ?? "<none>"),
    text("QueueLengthLimit", (object) => queuing(object)?.queueLengthLimit ?? "<none>"),
    age,
  ],
});

function queuing({ spec }: PriorityLevelConfiguration) {
  return spec.limited?.limitResponse.queuing;
}
