/**
 * Hands container events to every open stream, in order. A stream that falls behind by `maxQueued` is
 * broken, as a real connection would be: its reader lists anew.
 */
import { RuntimeError } from "../errors.ts";
import type { ContainerEvent } from "../runtime.ts";

/** A kubelet that has 10,000 unread events is lost anyway; listing is cheaper. */
const maxQueued = 10_000;

interface Stream {
  queue: ContainerEvent[];
  failure: Error | undefined;
  wake: () => void;
}

export class EventHub {
  readonly #streams = new Set<Stream>();

  publish(event: ContainerEvent): void {
    for (const stream of this.#streams) {
      stream.queue.push(event);
      if (stream.queue.length > maxQueued) {
        stream.failure = new RuntimeError(
          "unavailable",
          "Cannot go on with the event stream: its reader is too slow",
        );
      }
      stream.wake();
    }
  }

  /** Breaks every open stream. */
  fail(error: Error): void {
    for (const stream of this.#streams) {
      stream.failure = error;
      stream.wake();
    }
  }

  async *subscribe(open: () => void, signal: AbortSignal): AsyncIterable<ContainerEvent> {
    const stream: Stream = { queue: [], failure: undefined, wake: () => {} };
    const stop = (): void => stream.wake();
    this.#streams.add(stream);
    signal.addEventListener("abort", stop, { once: true });
    try {
      open();
      while (!signal.aborted) {
        if (stream.failure !== undefined) throw stream.failure;
        const batch = stream.queue;
        stream.queue = [];
        yield* batch;
        if (stream.queue.length === 0 && stream.failure === undefined && !signal.aborted) {
          await new Promise<void>((resolve) => {
            stream.wake = resolve;
          });
        }
      }
    } finally {
      this.#streams.delete(stream);
      signal.removeEventListener("abort", stop);
    }
  }
}
