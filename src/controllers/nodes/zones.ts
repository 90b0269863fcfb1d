/**
 * How fast pods may be moved off unhealthy nodes of a zone: slower or not at all when so much of it is unhealthy that the
 * fault is probably on this side. Pure.
 */
import type { Node } from "#api";
import type { ControllerOptions } from "../options.ts";
import { conditionStatus } from "./node-conditions.ts";

export type ZoneState = "Normal" | "PartialDisruption" | "FullDisruption";

/** Region and zone of a node; nodes without labels share one zone. */
export function zoneOf({ metadata }: Node): string {
  const region = metadata.labels?.["topology.kubernetes.io/region"] ?? "";
  const zone = metadata.labels?.["topology.kubernetes.io/zone"] ?? "";
  return `${region}:\0:${zone}`;
}

export function zoneState(nodes: readonly Node[], unhealthyThreshold: number): ZoneState {
  const ready = nodes.filter((node) => conditionStatus(node, "Ready") === "True").length;
  const unready = nodes.length - ready;
  if (ready === 0 && unready > 0) return "FullDisruption";
  return unready > 2 && unready / nodes.length >= unhealthyThreshold ? "PartialDisruption" : "Normal";
}

/** Taints of NoExecute a second for each zone; 0 while nothing is to be moved. */
export function evictionRates(
  nodes: readonly Node[],
  options: ControllerOptions,
): ReadonlyMap<string, number> {
  const zones = Map.groupBy(nodes, zoneOf);
  const states = new Map(
    [...zones].map(([zone, members]) => [zone, zoneState(members, options.unhealthyZoneThreshold)]),
  );
  const allDown = [...states.values()].every((state) => state === "FullDisruption");
  return new Map(
    [...states].map(([zone, state]) => {
      if (allDown) return [zone, 0];
      if (state !== "PartialDisruption") return [zone, options.nodeEvictionRate];
      const large = (zones.get(zone)?.length ?? 0) > options.largeClusterSizeThreshold;
      return [zone, large ? options.secondaryNodeEvictionRate : 0];
    }),
  );
}
