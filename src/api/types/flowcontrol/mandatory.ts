/** What every cluster has in flow control and nobody changes: who goes free, and where the rest ends up. */
import type { FieldErrors } from "../../field-errors.ts";
import { sameOf } from "../../same-of.ts";
import type { Type } from "../../schema/mod.ts";
import type { FlowSchemaSpec } from "./flow-schema.ts";
import type { PriorityLevelConfigurationSpec } from "./priority-level-configuration.ts";

const everything = {
  resourceRules: [
    { verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] },
  ],
  nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
};

export const exemptSchema: FlowSchemaSpec = {
  priorityLevelConfiguration: { name: "exempt" },
  matchingPrecedence: 1,
  rules: [{ subjects: [{ kind: "Group", group: { name: "system:masters" } }], ...everything }],
};

export const catchAllSchema: FlowSchemaSpec = {
  priorityLevelConfiguration: { name: "catch-all" },
  matchingPrecedence: 10_000,
  distinguisherMethod: { type: "ByUser" },
  rules: [
    {
      subjects: [
        { kind: "Group", group: { name: "system:unauthenticated" } },
        { kind: "Group", group: { name: "system:authenticated" } },
      ],
      ...everything,
    },
  ],
};

export const catchAllLevel: PriorityLevelConfigurationSpec = {
  type: "Limited",
  limited: { nominalConcurrencyShares: 5, limitResponse: { type: "Reject" }, lendablePercent: 0 },
};

export function validateFixed<T>(type: Type<T>, spec: T, fixed: T, errors: FieldErrors): void {
  if (!sameOf(type, spec, fixed)) errors.invalid("spec", spec, "must equal the fixed value");
}
