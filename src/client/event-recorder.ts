/**
 * Writes core/v1 Events about objects, in the background and best effort: a full queue or an unwilling server loses
 * events, never the caller's work.
 */
import { events, isStatus, type KubeObject, rfc3339 } from "#api";
import { type Env, messageOf, type TaskGroup } from "#base";
import type { Client, ResourceClient } from "./client.ts";
import { EventCorrelator, type Happening, type Verdict, type WrittenEvent } from "./event-correlator.ts";
import { callTries, eventQueueLength } from "./limits.ts";

/** Who tells. */
export interface EventRecorderOptions {
  /** `source.component`, as in `deployment-controller`. */
  readonly component: string;
  /** `source.host`; empty for controllers. */
  readonly host?: string;
}

/** The recorder's verb, all that most code needs. */
export interface EventSink {
  /** Records that `reason` happened to `object`, e.g. `record(pod, "Normal", "Pulled", "Container image ...")`. */
  record(
    object: KubeObject,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    more?: { readonly fieldPath?: string },
  ): void;
}

/** Between tries of one event; upstream's. */
const RETRY_MS = 10_000;

/** Queues, correlates and writes events; dispose it with its owner. */
export class EventRecorder implements EventSink, AsyncDisposable {
  readonly #env: Env;
  readonly #tasks: TaskGroup;
  readonly #events: ResourceClient<EventObject>;
  readonly #options: Required<EventRecorderOptions>;
  readonly #correlator = new EventCorrelator();
  readonly #queue: Happening[] = [];
  #writing = false;

  constructor(env: Env, deps: { readonly client: Client }, options: EventRecorderOptions) {
    this.#env = env;
    this.#tasks = env.tasks.group("events");
    this.#events = deps.client.of(events) as unknown as ResourceClient<EventObject>;
    this.#options = { host: "", ...options };
  }

  record(
    object: KubeObject,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    more: { readonly fieldPath?: string } = {},
  ): void {
    if (this.#queue.length >= eventQueueLength) return;
    const { namespace, name = "", uid, resourceVersion } = object.metadata;
    const { apiVersion, kind } = object;
    const involved = { apiVersion, kind, namespace, name, uid, resourceVersion, fieldPath: more.fieldPath };
    this.#queue.push({ involved, type, reason, message, ...this.#options });
    if (this.#writing) return;
    this.#writing = true;
    this.#tasks.spawn("write", (signal) => this.#drain(signal));
  }

  /** Stops at once; what is not written yet is lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
  }

  async #drain(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        const next = this.#queue.shift();
        if (next === undefined) return;
        await this.#write(next, signal);
      }
    } finally {
      this.#writing = false;
    }
  }

  async #write(event: Happening, signal: AbortSignal): Promise<void> {
    const verdict = this.#correlator.judge(event, this.#env.clock.monotonic());
    if (verdict.kind === "drop") return;
    for (let tries = 1; tries <= callTries; tries += 1) {
      try {
        const written = await this.#send(event, verdict, signal);
        return this.#correlator.wrote(verdict.countKey, written);
      } catch (error) {
        if (signal.aborted) return;
        const { log } = this.#env;
        const fields = { reason: event.reason, error: messageOf(error) };
        if (!("code" in (error as object))) return log.error("Cannot write an event", fields);
        log.debug("Could not write an event", fields);
        // A refusal stays one (a namespace that ends, an event that exists); a lost server may come back.
        if (isRefusal(error)) return;
        await this.#env.clock.sleep(RETRY_MS * this.#env.random.float(), signal).catch(() => {
          // Aborted: the next try ends it.
        });
      }
    }
  }

  async #send(event: Happening, verdict: Verdict, signal: AbortSignal): Promise<WrittenEvent> {
    const now = rfc3339(this.#env.clock.now());
    if (verdict.kind === "count") {
      const { known } = verdict;
      const patch = { count: known.count + 1, lastTimestamp: now, message: verdict.message };
      try {
        await this.#events.patch(known, "strategic", patch, signal);
        return { ...known, count: patch.count };
      } catch (error) {
        // Expired in the meantime: written anew.
        if (!isStatus(error, "NotFound")) throw error;
      }
    }
    const message = verdict.kind === "drop" ? event.message : verdict.message;
    const object = this.#object(event, message, now);
    await this.#events.create(object, signal);
    return { ...object.metadata, count: 1, firstTimestamp: now };
  }

  #object(event: Happening, message: string, now: string): EventObject {
    const namespace = event.involved.namespace || "default";
    const nanoseconds =
      BigInt(this.#env.clock.now()) * 1_000_000n + BigInt(this.#env.random.below(1_000_000));
    return {
      apiVersion: "v1",
      kind: "Event",
      metadata: { namespace, name: `${event.involved.name}.${nanoseconds.toString(16)}` },
      involvedObject: event.involved,
      reason: event.reason,
      message,
      type: event.type,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      source:
        event.host === "" ? { component: event.component } : { component: event.component, host: event.host },
      reportingComponent: event.component,
      reportingInstance: event.host,
    };
  }
}

/** The part of core/v1 Event that a recorder writes. */
interface EventObject extends KubeObject {
  readonly metadata: KubeObject["metadata"] & { readonly namespace: string; readonly name: string };
  readonly involvedObject: Happening["involved"];
  readonly reason: string;
  readonly message: string;
  readonly type: string;
  readonly count: number;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly source: { readonly component: string; readonly host?: string };
  readonly reportingComponent: string;
  readonly reportingInstance: string;
}

function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === "number" && code < 500 && code !== 429;
}
