/** `Dangling` of every FlowSchema: whether the priority level that it names is there. Applied as upstream's server does. */
import { type FlowSchema, type PriorityLevelConfiguration, rfc3339 } from "#api";
import type { OwnCalls } from "../bootstrap/own-calls.ts";
import type { Registry } from "../registry/registry.ts";

const group = "flowcontrol.apiserver.k8s.io";
const manager = "api-priority-and-fairness-config-consumer-v1";

export async function flowSchemaStatuses(registry: Registry, calls: OwnCalls): Promise<void> {
  const { objects, catalog, env } = registry;
  const levels = new Set(
    [...objects.list<PriorityLevelConfiguration>(group, "prioritylevelconfigurations")].map(
      ({ metadata }) => metadata.name ?? "",
    ),
  );
  for (const { metadata, spec, status } of objects.list<FlowSchema>(group, "flowschemas")) {
    const level = spec.priorityLevelConfiguration.name;
    const isMissing = !levels.has(level);
    const now = status?.conditions?.find(({ type }) => type === "Dangling");
    if (now?.status === (isMissing ? "True" : "False")) continue;
    const condition = {
      type: "Dangling",
      status: isMissing ? "True" : "False",
      lastTransitionTime: rfc3339(env.clock.now()),
      reason: isMissing ? "NotFound" : "Found",
      message: isMissing
        ? `This FlowSchema references the PriorityLevelConfiguration object named "${level}" but there is no such object`
        : `This FlowSchema references the PriorityLevelConfiguration object named "${level}" and it exists`,
    };
    await calls.apply(
      catalog.of(group, "flowschemas"),
      { metadata: { name: metadata.name ?? "" }, status: { conditions: [condition] } },
      { manager, subresource: "status" },
    );
  }
}
