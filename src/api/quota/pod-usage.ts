/** What a pod counts against quotas: its requests and limits, while it may still run, and itself. */
import type { Container, Pod } from "../types/core/mod.ts";
import { Quantity } from "../quantity.ts";
import { parseTime } from "../time.ts";
import { type Amounts, amountsOf, larger, sum } from "./amounts.ts";

const one = Quantity.of(1);
/** Resources that a quota may name without saying of what: `cpu` is `requests.cpu`. */
const plainRequests = new Set(["cpu", "memory", "ephemeral-storage"]);

export function podUsage(pod: Pod, nowMs: number): Amounts {
  const usage = new Map<string, Quantity>([["count/pods", one]]);
  if (!mayRun(pod, nowMs)) return usage;
  usage.set("pods", one);
  for (const [name, amount] of podAmounts(pod, "requests")) {
    usage.set(`requests.${name}`, amount);
    if (plainRequests.has(name) || name.startsWith("hugepages-")) usage.set(name, amount);
  }
  for (const [name, amount] of podAmounts(pod, "limits")) {
    if (plainRequests.has(name)) usage.set(`limits.${name}`, amount);
  }
  return usage;
}

/** The containers, by name, that do not say a resource which a quota needs to know. */
export function unsaidBy(pod: Pod, needed: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const unsaid = new Map<string, readonly string[]>();
  const ofPod = saidBy(pod.spec.resources);
  for (const { name, resources } of [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])]) {
    const said = saidBy(resources);
    const missing = needed.filter((resource) => !said.has(resource) && !ofPod.has(resource));
    if (missing.length > 0) unsaid.set(name, missing);
  }
  return unsaid;
}

function saidBy(resources: Container["resources"] | undefined): ReadonlySet<string> {
  const requests = Object.keys(resources?.requests ?? {});
  const limits = Object.keys(resources?.limits ?? {});
  return new Set([
    ...requests,
    ...requests.map((name) => `requests.${name}`),
    ...limits.map((name) => `limits.${name}`),
  ]);
}

/** Not ended, and not past its grace. */
function mayRun({ metadata, status }: Pod, nowMs: number): boolean {
  if (status?.phase === "Failed" || status?.phase === "Succeeded") return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  return (parseTime(deletionTimestamp) ?? nowMs) >= nowMs;
}

/** Of all that runs at once: containers with sidecars, or an init container with the sidecars before it; with the overhead. */
export function podAmounts({ spec }: Pod, kind: "requests" | "limits"): Amounts {
  const none: Amounts = new Map();
  const of = (container: Container): Amounts => amountsOf(container.resources?.[kind]);
  let running = (spec.containers ?? []).map(of).reduce(sum, none);
  let sidecars = none;
  let starting = none;
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === "Always") {
      sidecars = sum(sidecars, of(container));
      starting = larger(starting, sidecars);
    } else starting = larger(starting, sum(sidecars, of(container)));
  }
  running = larger(sum(running, sidecars), starting);
  const whole = new Map([...running, ...amountsOf(spec.resources?.[kind])]);
  const overhead = amountsOf(spec.overhead);
  return kind === "requests"
    ? sum(whole, overhead)
    : sum(whole, new Map([...overhead].filter(([name]) => whole.has(name))));
}
