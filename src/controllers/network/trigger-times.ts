/**
 * When the world changed in the way that an endpoints update answers: the earliest of the pods' readiness changes and the
 * service's creation that the last update did not answer yet. Exported as an annotation to measure
 * programming latency.
 */
import { type Pod, parseTime, type Service } from "#api";

interface Seen {
  readonly service: number;
  readonly pods: ReadonlyMap<string, number>;
}

export class TriggerTimes {
  readonly #seen = new Map<string, Seen>();

  /** Milliseconds since the epoch, or undefined when nothing that is timed has changed since the last call. */
  next(key: string, service: Service, pods: readonly Pod[]): number | undefined {
    const before = this.#seen.get(key);
    const created = parseTime(service.metadata.creationTimestamp) ?? 0;
    const times = new Map(pods.map((pod) => [pod.metadata.uid ?? "", readyChangeMs(pod)]));
    this.#seen.set(key, { service: created, pods: times });
    const changed = [...times]
      .filter(([uid, time]) => time > (before?.pods.get(uid) ?? 0))
      .map(([, time]) => time);
    if (before === undefined || created > before.service) changed.push(created);
    return changed.length === 0 ? undefined : Math.min(...changed);
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}

function readyChangeMs(pod: Pod): number {
  const ready = pod.status.conditions?.find(({ type }) => type === "Ready");
  return parseTime(ready?.lastTransitionTime) ?? 0;
}
