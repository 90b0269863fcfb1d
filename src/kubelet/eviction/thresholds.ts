/**
 * When a node is under pressure: signals against thresholds, and the conditions that follow, which stay for a
 * while after their signal is well again so that nothing is scheduled to and fro. Pure.
 */
import { Quantity } from "#api";
import type { NodeUsage } from "./node-usage.ts";

/** In the order in which they are relieved. */
export const signals = {
  "memory.available": { condition: "MemoryPressure", resource: "memory" },
  "nodefs.available": { condition: "DiskPressure", resource: "ephemeral-storage" },
  "nodefs.inodesFree": { condition: "DiskPressure", resource: "inodes" },
  "imagefs.available": { condition: "DiskPressure", resource: "ephemeral-storage" },
  "imagefs.inodesFree": { condition: "DiskPressure", resource: "inodes" },
  "pid.available": { condition: "PIDPressure", resource: "pids" },
} as const;

export type Signal = keyof typeof signals;

export type Pressure = (typeof signals)[Signal]["condition"];

export interface Threshold {
  readonly signal: Signal;
  /** A quantity (`100Mi`) or a part of the capacity (`10%`). */
  readonly value: string;
  /** How long it has to be below before somebody is evicted. 0: at once. */
  readonly graceMs: number;
}

/** Upstream's. */
export const hardThresholds: readonly Threshold[] = [
  { signal: "memory.available", value: "100Mi", graceMs: 0 },
  { signal: "nodefs.available", value: "10%", graceMs: 0 },
  { signal: "nodefs.inodesFree", value: "5%", graceMs: 0 },
  { signal: "imagefs.available", value: "15%", graceMs: 0 },
  { signal: "imagefs.inodesFree", value: "5%", graceMs: 0 },
];

/** A threshold that is undercut. */
export interface Shortage {
  readonly threshold: Threshold;
  readonly resource: (typeof signals)[Signal]["resource"];
  readonly available: Quantity;
  readonly wanted: Quantity;
}

/** What is remembered between two looks. */
export interface PressureState {
  /** Since when each threshold is undercut, by its place in the list. */
  readonly since: ReadonlyMap<number, number>;
  /** When a condition was last due. */
  readonly lastSeen: ReadonlyMap<Pressure, number>;
}

export const calm: PressureState = { since: new Map(), lastSeen: new Map() };
export const noPressures: ReadonlySet<Pressure> = new Set();

/** What is short, for whose sake somebody has to go, and the conditions of the node. */
export function judge(
  usage: NodeUsage,
  options: { readonly thresholds: readonly Threshold[]; readonly transitionMs: number },
  before: PressureState,
  now: number,
): {
  readonly due: readonly Shortage[];
  readonly pressures: ReadonlySet<Pressure>;
  readonly state: PressureState;
} {
  const since = new Map<number, number>();
  const lastSeen = new Map(before.lastSeen);
  const due: Shortage[] = [];
  for (const [index, threshold] of options.thresholds.entries()) {
    const shortage = shortageOf(usage, threshold);
    if (shortage === undefined) continue;
    const began = before.since.get(index) ?? now;
    since.set(index, began);
    lastSeen.set(signals[threshold.signal].condition, now);
    if (now - began >= threshold.graceMs) due.push(shortage);
  }
  for (const [pressure, at] of lastSeen) if (now - at > options.transitionMs) lastSeen.delete(pressure);
  if (lastSeen.size === 0) return { due, pressures: noPressures, state: calm };
  const order = Object.keys(signals);
  due.sort((a, b) => order.indexOf(a.threshold.signal) - order.indexOf(b.threshold.signal));
  return { due, pressures: new Set(lastSeen.keys()), state: { since, lastSeen } };
}

function shortageOf(usage: NodeUsage, threshold: Threshold): Shortage | undefined {
  const { available, capacity, format } = readingOf(usage, threshold.signal);
  if (capacity <= 0) return undefined;
  const part = /^([\d.]+)%$/.exec(threshold.value)?.[1];
  const wanted =
    part === undefined
      ? Quantity.parse(threshold.value)
      : Quantity.of(Math.floor((capacity * Number(part)) / 100), format);
  if (available >= wanted.toUnits()) return undefined;
  const { resource } = signals[threshold.signal];
  return { threshold, resource, wanted, available: Quantity.of(available, format) };
}

type Format = "BinarySI" | "DecimalSI";

function readingOf(
  { memory, nodefs, imagefs, processes }: NodeUsage,
  signal: Signal,
): { readonly available: number; readonly capacity: number; readonly format: Format } {
  const bytes = (available: number, capacity: number) => ({
    available,
    capacity,
    format: "BinarySI" as const,
  });
  const count = (available: number, capacity: number) => ({
    available,
    capacity,
    format: "DecimalSI" as const,
  });
  switch (signal) {
    case "memory.available":
      return bytes(memory.availableBytes, memory.capacityBytes);
    case "nodefs.available":
      return bytes(nodefs.availableBytes, nodefs.capacityBytes);
    case "nodefs.inodesFree":
      return count(nodefs.inodesFree, nodefs.inodes);
    case "imagefs.available":
      return bytes(imagefs.availableBytes, imagefs.capacityBytes);
    case "imagefs.inodesFree":
      return count(imagefs.inodesFree, imagefs.inodes);
    case "pid.available":
      return count(processes.available, processes.most);
  }
}
