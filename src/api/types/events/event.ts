/**
 * Events.
 * A table of events.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  field,
  int32,
  kind,
  message,
  microTime,
  nullable,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
  time,
} from "../../schema/mod.ts";
import { EventSource } from "../core/event.ts";
import { ObjectReference } from "../core/reference.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export interface EventSeries extends Shape<typeof EventSeries>, Plain {}
export const EventSeries = message<EventSeries>("EventSeries")({
  count: field(1, int32),
  lastObservedTime: nullable(2, microTime, { required: true }),
});

export interface Event extends Shape<typeof Event>, Plain {}
export const Event = kind<Event>(
  "events.k8s.io/v1",
  "Event",
)({
  metadata: struct(1, ObjectMeta),
  eventTime: nullable(2, microTime, { required: true }),
  series: optional(3, EventSeries),
  reportingController: omitempty(4, string),
  reportingInstance: omitempty(5, string),
  action: omitempty(6, string),
  reason: omitempty(7, string),
  regarding: struct(8, ObjectReference),
  related: optional(9, ObjectReference),
  note: omitempty(10, string),
  type: omitempty(11, string),
  deprecatedSource: struct(12, EventSource),
  deprecatedFirstTimestamp: nullable(13, time),
  deprecatedLastTimestamp: nullable(14, time),
  deprecatedCount: omitempty(15, int32),
});

export type EventList = KubeList<Event>;
export const EventList = kindList(Event);
