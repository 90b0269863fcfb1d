/**
 * Writes pod statuses to the API: in the background, one write at a time, only what changed, again and again until it
 * is there. What changes while others are written goes as one write, so a busy node writes less. Invariant: statuses of
 * one pod arrive in the order in which they were set; the last one wins.
 */
import { isStatus, type Pod, type PodCondition, type PodStatus, same } from "#api";
import { type Env, messageOf, type Timer } from "#base";
import type { ResourceClient } from "#client";
import { statusBackOff, statusSoonMs } from "../limits.ts";
import { resizeTypes } from "./conditions.ts";
import { statusPatch } from "./status-patch.ts";

interface Entry {
  pod: Pod;
  status: PodStatus;
  /** What the API was told last. */
  written: PodStatus;
  /** What it made of that. */
  answer: PodStatus;
  writing: boolean;
  failures: number;
  retry: Timer | undefined;
  /** Until it is written that is due soon. */
  soon: Timer | undefined;
  waiters: (() => void)[];
}

/** Where statuses go. */
export interface StatusManagerDeps {
  readonly pods: ResourceClient<Pod>;
  /** The uid of a pod's object in the API; undefined: it has none yet, and is shown later. Default: the pod's own. */
  readonly uidOf?: (pod: Pod) => string | undefined;
}

export class StatusManager {
  readonly #env: Env;
  readonly #pods: ResourceClient<Pod>;
  readonly #uidOf: (pod: Pod) => string | undefined;
  readonly #entries = new Map<string, Entry>();
  /** Whose turn it is to be written, by uid. */
  readonly #waiting = new Set<string>();
  #draining = false;

  constructor(env: Env, deps: StatusManagerDeps) {
    this.#env = env;
    this.#pods = deps.pods;
    this.#uidOf = deps.uidOf ?? ((pod) => pod.metadata.uid);
  }

  /** The status to go on from: the last one set, with the conditions of other writers as the API has them. */
  current(pod: Pod): PodStatus {
    const status = this.#entries.get(pod.metadata.uid ?? "")?.status;
    return status === undefined
      ? pod.status
      : { ...ownPart(status), ...foreignPart(pod.status), conditions: merged(status, pod.status) };
  }

  /** Sets a pod's status; it is written in its turn, or within a second if nothing else is set until then. */
  set(pod: Pod, status: PodStatus, when: "now" | "soon"): void {
    const uid = pod.metadata.uid ?? "";
    const known = this.#entries.get(uid);
    if (known !== undefined && same(known.status, status) && known.soon === undefined) {
      known.pod = pod;
      return;
    }
    const fresh: Entry = {
      pod,
      status,
      written: pod.status,
      answer: pod.status,
      writing: false,
      failures: 0,
      retry: undefined,
      soon: undefined,
      waiters: [],
    };
    const entry = known ?? fresh;
    entry.pod = pod;
    entry.status = status;
    this.#entries.set(uid, entry);
    const write = (): void => {
      entry.soon?.cancel();
      entry.soon = undefined;
      this.#write(uid, entry);
    };
    if (when === "now") write();
    else entry.soon ??= this.#env.clock.timer(statusSoonMs, write).unref();
  }

  /**
   * Looks at a pod as the API has it: what somebody else wrote over this node's word is set right. True when
   * others have written something of theirs, which the status may depend on.
   */
  seen(pod: Pod): boolean {
    const uid = pod.metadata.uid ?? "";
    const entry = this.#entries.get(uid);
    if (entry === undefined) return true;
    const foreign = !same(theirs(pod.status), theirs(entry.status));
    if (entry.writing || revisionOf(pod) <= revisionOf(entry.pod)) return foreign;
    const overwritten = !same(ownPart(pod.status), ownPart(entry.answer));
    const told = {
      ...entry.written,
      ...foreignPart(pod.status),
      conditions: merged(entry.written, pod.status),
    };
    entry.status = this.current(pod);
    entry.pod = pod;
    entry.answer = pod.status;
    entry.written = overwritten ? pod.status : told;
    this.#write(uid, entry);
    return foreign;
  }

  /** Resolves when the last status set is at the API, or the pod is gone from it. */
  async flushed(uid: string, signal: AbortSignal): Promise<void> {
    const entry = this.#entries.get(uid);
    if (entry === undefined) return;
    if (!entry.writing && !this.#waiting.has(uid) && (entry.retry ?? entry.soon) === undefined) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = (): void => reject(signal.reason);
    entry.waiters.push(resolve);
    signal.addEventListener("abort", stop, { once: true });
    await promise.finally(() => signal.removeEventListener("abort", stop));
  }

  forget(uid: string): void {
    const entry = this.#entries.get(uid);
    entry?.retry?.cancel();
    entry?.soon?.cancel();
    this.#settle(entry);
    this.#entries.delete(uid);
  }

  /** Ends all retries. */
  stop(): void {
    for (const uid of this.#entries.keys()) this.forget(uid);
  }

  #write(uid: string, entry: Entry): void {
    if (entry.writing || (entry.retry ?? entry.soon) !== undefined) return;
    this.#waiting.add(uid);
    if (this.#draining) return;
    this.#draining = true;
    this.#env.tasks.spawn("pod statuses", (signal) => this.#drain(signal));
  }

  /** Undefined when the API has been told everything, or has no object for it yet. */
  #patchOf({ pod, written, status }: Entry): object | undefined {
    const apiUid = this.#uidOf(pod);
    return apiUid === undefined ? undefined : statusPatch(apiUid, written, status);
  }

  async #drain(signal: AbortSignal): Promise<void> {
    try {
      for (const uid of this.#waiting) {
        this.#waiting.delete(uid);
        const entry = this.#entries.get(uid);
        const patch = entry === undefined ? undefined : this.#patchOf(entry);
        if (entry !== undefined && patch !== undefined) await this.#send(uid, entry, patch, signal);
        else this.#settle(entry);
        if (signal.aborted) return;
      }
    } finally {
      this.#draining = false;
    }
  }

  async #send(uid: string, entry: Entry, patch: object, signal: AbortSignal): Promise<void> {
    const { namespace, name = "" } = entry.pod.metadata;
    const sent = entry.status;
    entry.writing = true;
    try {
      const written = await this.#pods.patch({ namespace, name }, "strategic", patch, signal, {
        subresource: "status",
      });
      entry.written = sent;
      entry.answer = written.status;
      if (revisionOf(written) > revisionOf(entry.pod)) entry.pod = written;
      entry.failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (isStatus(error, "NotFound") || isStatus(error, "Conflict")) {
        // The pod is gone, or another one has its name: nobody wants this status any more.
        entry.written = entry.status;
      } else {
        this.#env.log.warn("Cannot write the status of a pod", { pod: name, error: messageOf(error) });
        const wait = Math.min(statusBackOff.maxMs, statusBackOff.firstMs * 2 ** entry.failures);
        entry.failures += 1;
        entry.retry = this.#env.clock
          .timer(wait, () => {
            entry.retry = undefined;
            if (this.#entries.get(uid) === entry) this.#write(uid, entry);
          })
          .unref();
      }
    } finally {
      entry.writing = false;
    }
    if (this.#entries.get(uid) === entry) this.#write(uid, entry);
  }

  #settle(entry: Entry | undefined): void {
    for (const resolve of entry?.waiters.splice(0) ?? []) resolve();
  }
}

const ownTypes: ReadonlySet<PodCondition["type"]> = new Set([
  "PodReadyToStartContainers",
  "Initialized",
  "Ready",
  "ContainersReady",
  ...resizeTypes,
]);

const foreignFields: ReadonlySet<string> = new Set([
  "nominatedNodeName",
  "resize",
  "resourceClaimStatuses",
  "extendedResourceClaimStatus",
]);

/** What other writers own in a status, beside their conditions. */
export function foreignPart(status: PodStatus): PodStatus {
  return Object.fromEntries(Object.entries(status).filter(([name]) => foreignFields.has(name)));
}

function theirs(status: PodStatus): object {
  return {
    ...foreignPart(status),
    conditions: (status.conditions ?? []).filter((one) => !ownTypes.has(one.type)),
  };
}

/** What this node owns in a status. */
function ownPart(status: PodStatus): PodStatus {
  const own: PodStatus = Object.fromEntries(
    Object.entries(status).filter(([name]) => !foreignFields.has(name)),
  );
  return { ...own, conditions: (own.conditions ?? []).filter((one) => ownTypes.has(one.type)) };
}

/** This node's conditions of one status, and everybody else's of another. */
function merged(own: PodStatus, foreign: PodStatus): PodCondition[] {
  const mine = (own.conditions ?? []).filter((one) => ownTypes.has(one.type));
  return [...mine, ...(foreign.conditions ?? []).filter((one) => !ownTypes.has(one.type))];
}

function revisionOf(pod: Pod): number {
  return Number(pod.metadata.resourceVersion ?? 0);
}
