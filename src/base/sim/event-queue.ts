/**
 * The queue of a simulated world: a binary heap ordered by (time, sequence), so that events of one instant
 * run in the order in which they were asked for. A cancelled event stays until it surfaces, and is counted,
 * so that a world full of cancelled timers is swept when they are more than half.
 */

export interface SimEvent {
  readonly timeMs: number;
  readonly sequence: number;
  /** What the digest and a failing run's report call it: `"timer n1/kubelet"`. */
  readonly label: string;
  readonly owner: object | undefined;
  run: (() => void) | undefined;
}

const sweepAbove = 1024;

export class EventQueue {
  #heap: SimEvent[] = [];
  #sequence = 0;
  #cancelled = 0;

  /** Pending events, cancelled ones not counted. */
  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  add(timeMs: number, label: string, run: () => void, owner?: object): SimEvent {
    const event = { timeMs, sequence: this.#sequence++, label, owner, run };
    this.#heap.push(event);
    this.#rise(this.#heap.length - 1);
    return event;
  }

  /** Idempotent, and harmless after the event has run. */
  cancel(event: SimEvent): void {
    if (event.run === undefined) return;
    event.run = undefined;
    this.#cancelled++;
    if (this.#cancelled > sweepAbove && this.#cancelled * 2 > this.#heap.length) this.#sweep();
  }

  cancelOwned(owner: object): void {
    for (const event of this.#heap) if (event.owner === owner) this.cancel(event);
  }

  /** The time of the next event; undefined when there is none. */
  nextTimeMs(): number | undefined {
    this.#dropCancelledHead();
    return this.#heap[0]?.timeMs;
  }

  /** Takes the next event; its `run` is cleared in the queue's eyes, so a later `cancel` does nothing. */
  take(): { readonly timeMs: number; readonly label: string; readonly run: () => void } | undefined {
    this.#dropCancelledHead();
    const event = this.#removeHead();
    if (event?.run === undefined) return undefined;
    const { timeMs, label, run } = event;
    event.run = undefined;
    return { timeMs, label, run };
  }

  #dropCancelledHead(): void {
    while (this.#heap.length > 0 && this.#heap[0]?.run === undefined) {
      this.#removeHead();
      this.#cancelled--;
    }
  }

  #removeHead(): SimEvent | undefined {
    const head = this.#heap[0];
    const last = this.#heap.pop();
    if (head !== last && last !== undefined) {
      this.#heap[0] = last;
      this.#sink(0);
    }
    return head;
  }

  #sweep(): void {
    this.#heap = this.#heap.filter((event) => event.run !== undefined).sort(compare);
    this.#cancelled = 0;
  }

  #rise(start: number): void {
    const heap = this.#heap;
    const event = heap[start] as SimEvent;
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as SimEvent;
      if (compare(above, event) < 0) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  #sink(start: number): void {
    const heap = this.#heap;
    const event = heap[start] as SimEvent;
    let index = start;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const smaller =
        right < heap.length && compare(heap[right] as SimEvent, heap[left] as SimEvent) < 0 ? right : left;
      const below = heap[smaller] as SimEvent;
      if (compare(event, below) < 0) break;
      heap[index] = below;
      index = smaller;
    }
    heap[index] = event;
  }
}

function compare(left: SimEvent, right: SimEvent): number {
  return left.timeMs - right.timeMs || left.sequence - right.sequence;
}
