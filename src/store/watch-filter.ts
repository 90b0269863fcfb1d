/**
 * Which events a cursor sees: a key range, narrowed by a topic. The index of the record and of the version
 * before it decide, so that an object leaving a selection is seen too.
 */
import type { RecordIndex, StoreEvent, WatchOptions } from "./store.ts";

export type Topic = NonNullable<WatchOptions["topic"]>;

/** Whether a cursor with these options sees the event. */
export function matchesEvent(
  options: Pick<WatchOptions, "from" | "to" | "topic">,
  event: StoreEvent,
): boolean {
  const { record, previous } = event;
  const { topic } = options;
  // The topic first: it is cheaper than comparing keys, and fails more often.
  if (topic !== undefined && !matchesTopic(topic, record.index)) {
    if (previous === undefined || !matchesTopic(topic, previous.index)) return false;
  }
  return record.key >= options.from && record.key < options.to;
}

function matchesTopic(topic: Topic, index: RecordIndex): boolean {
  if (topic.namespace !== undefined && topic.namespace !== index.namespace) return false;
  if (topic.name !== undefined && topic.name !== index.name) return false;
  return topic.trigger === undefined || index.triggers?.[topic.trigger[0]] === topic.trigger[1];
}

/**
 * What a topic asks about, and with which answers. Two topics of one form differ only in `value`:
 * `{namespace: "a", name: "x"}` has form `ns` and value `a\0x\0`.
 */
export interface TopicForm {
  readonly id: string;
  readonly namespace: boolean;
  readonly name: boolean;
  readonly trigger: string | undefined;
}

/** The form of a topic; no topic has the form `:`. */
export function formOf(topic: Topic | undefined): TopicForm {
  const namespace = topic?.namespace !== undefined;
  const name = topic?.name !== undefined;
  const trigger = topic?.trigger?.[0];
  return { id: `${namespace ? "n" : ""}${name ? "m" : ""}:${trigger ?? ""}`, namespace, name, trigger };
}

/** The topic's value in its form. */
export function valueOfTopic(topic: Topic | undefined): string {
  return `${topic?.namespace ?? ""}\0${topic?.name ?? ""}\0${topic?.trigger?.[1] ?? ""}`;
}

/** The value that a record has in a form, or undefined when it lacks the trigger field. */
export function valueOfIndex(form: TopicForm, index: RecordIndex): string | undefined {
  const trigger = form.trigger === undefined ? "" : index.triggers?.[form.trigger];
  if (trigger === undefined) return undefined;
  return `${form.namespace ? index.namespace : ""}\0${form.name ? index.name : ""}\0${trigger}`;
}
