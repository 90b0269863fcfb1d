/** FlowSchema: which requests belong to a priority level. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { FlowSchema } from "../../types/flowcontrol/mod.ts";
import { validateFlowSchema, validateFlowStatus } from "../../types/flowcontrol/flow-schema-validation.ts";
import { age, name, text } from "../columns.ts";
import { clearStatus, define, keepStatus, statusOnlyResetFields, statusSubresource } from "../define.ts";

export const flowSchemas: Resource<FlowSchema> = define({
  type: FlowSchema,
  plural: "flowschemas",
  namespaced: false,
  strategy: {
    name: subdomainName,
    generationOf: ["spec"],
    resetFields: statusOnlyResetFields,
    prepareForCreate: clearStatus,
    prepareForUpdate: keepStatus,
    metadataOnUpdate: ["whole"],
    validateCreate: validateFlowSchema,
    validateUpdate: (object, _old, errors) => validateFlowSchema(object, errors),
  },
  status: statusSubresource<FlowSchema>({
    validateUpdate: validateFlowStatus,
    metadataOnUpdate: [],
    keeps: "metadata",
  }),
  rowOrder: ({ spec: a }, { spec: b }) => (a.matchingPrecedence ?? 0) - (b.matchingPrecedence ?? 0),
  columns: [
    name,
    text("PriorityLevel", ({ spec }) => spec.priorityLevelConfiguration.name),
    text("MatchingPrecedence", ({ spec }) => spec.matchingPrecedence),
    text("DistinguisherMethod", ({ spec }) => spec.distinguisherMethod?.type ?? "<none>"),
    age,
    text("MissingPL", ({ status }) => {
      const dangling = status.conditions?.find((one) => one.type === "Dangling")?.status;
      return dangling ?? "?";
    }),
  ],
});
