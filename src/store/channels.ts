/**
 * Who hears of an event. Cursors with the same range and topic share a channel: the places in the ring of the
 * events that match. An event finds its channels by lookups (one for each "/" of its key, then one for each form
 * of topic in use there), so it costs the watchers that match and not those that wait.
 *
 *   "/registry/pods/" -> form ":spec.nodeName" -> "n1" -> places [3, 17, 40]
 */
import type { EventRing } from "./event-ring.ts";
import type { StoreEvent, WatchOptions } from "./store.ts";
import { formOf, matchesEvent, type TopicForm, valueOfIndex, valueOfTopic } from "./watch-filter.ts";

export type Filter = Pick<WatchOptions, "from" | "to" | "topic">;

/** Wakes a cursor; it must only schedule work. */
export type Wake = () => void;

/** The places of the events that one range and topic match. */
export class Channel {
  readonly filter: Filter;
  readonly #ring: EventRing;
  /** Ascending; complete from `#since` on. */
  #places: number[] = [];
  #since: number;
  /** The newest matching place that fell out of the ring, -1 for none. */
  #lost = -1;
  #waiting = new Set<Wake>();
  members = 0;

  constructor(filter: Filter, ring: EventRing) {
    this.filter = filter;
    this.#ring = ring;
    this.#since = ring.end;
  }

  add(place: number): void {
    this.#places.push(place);
    if (this.#places.length > 64 && (this.#places[this.#places.length >> 1] as number) < this.#ring.start)
      this.#trim();
  }

  /** Looks back, so that the channel is complete from `place` on. */
  coverFrom(place: number): void {
    const from = Math.max(place, this.#ring.start);
    if (from >= this.#since) return;
    const earlier: number[] = [];
    for (let at = from; at < this.#since; at += 1) {
      if (matchesEvent(this.filter, this.#ring.at(at))) earlier.push(at);
    }
    this.#places = earlier.concat(this.#places);
    this.#since = from;
  }

  /** Whether a matching event at `place` or later is not in the ring any more. */
  lostSince(place: number): boolean {
    if (place >= this.#ring.start) return false;
    this.#trim();
    return this.#lost >= place;
  }

  /** The index in `placeAt` of the first match at `place` or later. */
  indexFrom(place: number): number {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#places[middle] as number) >= place) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  placeAt(index: number): number | undefined {
    return this.#places[index];
  }

  wait(wake: Wake): void {
    this.#waiting.add(wake);
  }

  forget(wake: Wake): void {
    this.#waiting.delete(wake);
  }

  /** Everybody who waits, once. */
  takeWaiting(): Iterable<Wake> {
    if (this.#waiting.size === 0) return [];
    const waiting = this.#waiting;
    this.#waiting = new Set();
    return waiting;
  }

  #trim(): void {
    const first = this.indexFrom(this.#ring.start);
    if (first === 0) return;
    this.#lost = this.#places[first - 1] as number;
    this.#places = this.#places.slice(first);
  }
}

interface Form {
  readonly form: TopicForm;
  readonly byValue: Map<string, Channel>;
}

/** The channels of one key range, by form of topic. */
interface Group {
  readonly from: string;
  readonly to: string;
  readonly forms: Map<string, Form>;
}

/** All channels of a ring, found by an event's key and index. */
export class Channels {
  readonly #ring: EventRing;
  /** Ranges that are all keys below a prefix ending in "/", or one key. */
  readonly #byPrefix = new Map<string, Group>();
  /** Other ranges; nothing in the API makes one. */
  readonly #others = new Map<string, Group>();
  #woken: Wake[] = [];

  constructor(ring: EventRing) {
    this.#ring = ring;
  }

  join(filter: Filter): Channel {
    const groups = isPrefix(filter) ? this.#byPrefix : this.#others;
    const groupKey = groupKeyOf(filter);
    let group = groups.get(groupKey);
    if (group === undefined) {
      group = { from: filter.from, to: filter.to, forms: new Map() };
      groups.set(groupKey, group);
    }
    const form = formOf(filter.topic);
    let forms = group.forms.get(form.id);
    if (forms === undefined) {
      forms = { form, byValue: new Map() };
      group.forms.set(form.id, forms);
    }
    const value = valueOfTopic(filter.topic);
    let channel = forms.byValue.get(value);
    if (channel === undefined) {
      channel = new Channel(filter, this.#ring);
      forms.byValue.set(value, channel);
    }
    channel.members += 1;
    return channel;
  }

  leave(channel: Channel): void {
    channel.members -= 1;
    if (channel.members > 0) return;
    const { filter } = channel;
    const groups = isPrefix(filter) ? this.#byPrefix : this.#others;
    const group = groups.get(groupKeyOf(filter));
    const form = group?.forms.get(formOf(filter.topic).id);
    form?.byValue.delete(valueOfTopic(filter.topic));
    if (form?.byValue.size === 0) group?.forms.delete(form.form.id);
    if (group?.forms.size === 0) groups.delete(groupKeyOf(filter));
  }

  /** Adds an event, already in the ring at `place`, to every channel that it matches. */
  add(event: StoreEvent, place: number): void {
    const { key } = event.record;
    for (let slash = key.indexOf("/"); slash >= 0; slash = key.indexOf("/", slash + 1)) {
      const group = this.#byPrefix.get(key.slice(0, slash + 1));
      if (group !== undefined) this.#addTo(group, event, place);
    }
    const single = this.#byPrefix.get(key);
    if (single !== undefined) this.#addTo(single, event, place);
    for (const group of this.#others.values()) {
      if (key >= group.from && key < group.to) this.#addTo(group, event, place);
    }
  }

  /** Those to wake for the events added since the last call, each once. */
  takeWoken(): readonly Wake[] {
    const woken = this.#woken;
    this.#woken = [];
    return woken;
  }

  /** Everybody, for the end of the store or of its history. */
  takeAllWaiting(): readonly Wake[] {
    const woken = [...this.takeWoken()];
    for (const groups of [this.#byPrefix, this.#others]) {
      for (const group of groups.values()) {
        for (const { byValue } of group.forms.values()) {
          for (const channel of byValue.values()) woken.push(...channel.takeWaiting());
        }
      }
    }
    return woken;
  }

  #addTo(group: Group, event: StoreEvent, place: number): void {
    for (const { form, byValue } of group.forms.values()) {
      const value = valueOfIndex(form, event.record.index);
      const before = event.previous === undefined ? undefined : valueOfIndex(form, event.previous.index);
      if (value !== undefined) this.#addToChannel(byValue.get(value), place);
      if (before !== undefined && before !== value) this.#addToChannel(byValue.get(before), place);
    }
  }

  #addToChannel(channel: Channel | undefined, place: number): void {
    if (channel === undefined) return;
    channel.add(place);
    for (const wake of channel.takeWaiting()) this.#woken.push(wake);
  }
}

/** "/a/b/" to "/a/b0" (the byte after "/"), or one key to its successor. */
function isPrefix({ from, to }: Filter): boolean {
  if (to === `${from}\0`) return true;
  return from.endsWith("/") && to === `${from.slice(0, -1)}0`;
}

/** A single key never ends in "/", so it cannot be taken for a prefix. */
function groupKeyOf(filter: Filter): string {
  return isPrefix(filter) ? filter.from : `${filter.from}\0${filter.to}`;
}
