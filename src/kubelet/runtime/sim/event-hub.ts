/**
 * Hands container events to every open stream, in order. A stream that falls behind by `maxQueued` is
 * broken, as a real connection would be: its reader lists anew.
 */
import { MessageQueue } from "#base";
import { RuntimeError } from "../errors.ts";
import type { ContainerEvent } from "../runtime.ts";

/** A kubelet that has 10,000 unread events is lost anyway; listing is cheaper. */
const maxQueued = 10_000;

export class EventHub {
  /** With what each lets go of. */
  readonly #streams = new Map<MessageQueue<ContainerEvent>, () => void>();

  publish(event: ContainerEvent): void {
    for (const stream of this.#streams.keys()) {
      stream.push(event);
      if (stream.size > maxQueued) this.#break(stream, tooSlow());
    }
  }

  /** Breaks every open stream. */
  fail(error: Error): void {
    for (const stream of this.#streams.keys()) this.#break(stream, error);
  }

  /** Events from now on, until `signal` aborts. */
  subscribe(open: () => void, signal: AbortSignal): AsyncIterable<ContainerEvent> {
    const leave = (): void => {
      signal.removeEventListener("abort", end);
      this.#streams.delete(stream);
    };
    const stream = new MessageQueue<ContainerEvent>(() => {}, leave);
    const end = (): void => void stream.return();
    this.#streams.set(stream, leave);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    open();
    return stream;
  }

  #break(stream: MessageQueue<ContainerEvent>, error: Error): void {
    stream.fail(error);
    this.#streams.get(stream)?.();
  }
}

function tooSlow(): RuntimeError {
  return new RuntimeError("unavailable", "Cannot go on with the event stream: its reader is too slow");
}
