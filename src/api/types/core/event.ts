/**
 * Events, in their first form.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  always,
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
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { ObjectReference } from "./reference.ts";

export interface EventSource extends Shape<typeof EventSource>, Plain {}
export const EventSource = message<EventSource>("EventSource")({
  component: omitempty(1, string),
  host: omitempty(2, string),
});

export interface EventSeries extends Shape<typeof EventSeries>, Plain {}
export const EventSeries = message<EventSeries>("EventSeries")({
  count: omitempty(1, int32),
  lastObservedTime: nullable(2, microTime),
});

export interface Event extends Shape<typeof Event>, Plain {}
export const Event = kind<Event>(
  "v1",
  "Event",
)({
  metadata: field(1, ObjectMeta),
  involvedObject: field(2, ObjectReference),
  reason: omitempty(3, string),
  message: omitempty(4, string),
  source: struct(5, EventSource),
  firstTimestamp: nullable(6, time),
  lastTimestamp: nullable(7, time),
  count: omitempty(8, int32),
  type: omitempty(9, string),
  eventTime: nullable(10, microTime),
  series: optional(11, EventSeries),
  action: omitempty(12, string),
  related: optional(13, ObjectReference),
  reportingComponent: always(14, string),
  reportingInstance: always(15, string),
});

export type EventList = KubeList<Event>;
export const EventList = kindList(Event);
