/**
 * What a controller is: one `reconcile(key)` that makes the world look more like what one object asks for. It may be
 * called at any time, any number of times, also after a crash between any two of its calls; it reads informers and
 * writes by the turn's client. A thrown error means back-off.
 */
import type { Env } from "#base";
import { type Change, type Client, type EventSink, type Informer, type Informers, keyText } from "#client";
import type { KubeObject, Resource } from "#api";
import type { ControllerOptions } from "./options.ts";

/** One call of `reconcile`. Before the same key's next turn, the informers will have seen this turn's writes. */
export interface Turn {
  /** Speaks as the controller's own user, and only while this process leads. */
  readonly client: Client;
  readonly signal: AbortSignal;
  /** Asks for another turn of this key, at the latest after `delayMs`. */
  again(delayMs: number): void;
}

export interface Controller {
  /** Brings one key up to date; `key` is what the controller itself put into the queue. */
  reconcile(key: string, turn: Turn): Promise<void>;
}

/** Where a controller puts keys to be reconciled. */
export interface Queue {
  add(key: string): void;
  addAfter(key: string, delayMs: number): void;
}

/** What every controller is given. */
export interface ControllerDeps {
  /** Caches shared by all controllers of the process. */
  readonly informers: Informers;
  readonly queue: Queue;
  readonly events: EventSink;
  /** For reads that must not be stale; writes go through the turn. */
  readonly client: Client;
  readonly options: ControllerOptions;
}

/** A row of the table: how a controller is named and made. */
export interface ControllerDefinition {
  /** Its name in `--controllers`, as upstream's (`deployment-controller`). */
  readonly name: string;
  /** The service account of kube-system that it writes as. */
  readonly user: string;
  /** Turns at a time, for different keys. */
  readonly workers: number;
  /** Subscribes to informers and declares indices; no IO. */
  create(env: Env, deps: ControllerDeps): Controller;
}

/** The informer of `resource`, with each change of an object adding the keys that `keysOf` names; default: its own. */
export function watchInto<T extends KubeObject>(
  deps: ControllerDeps,
  resource: Resource<T>,
  keysOf: (change: Change<T>) => readonly string[] = ({ key }) => [keyText(key)],
): Informer<T> {
  const informer = deps.informers.of(resource);
  informer.onChange((change) => {
    for (const key of keysOf(change)) deps.queue.add(key);
  });
  return informer;
}
