/** Event of the core group, kept for an hour. It is the stored form of events.k8s.io too. */
import { ageOf } from "../../human-duration.ts";
import type { Column, FieldReader, Resource } from "../../resource.ts";
import type { KubeObject } from "../../schema/mod.ts";
import { validateEvent } from "../../types/core/event-validation.ts";
import { Event, type ObjectReference } from "../../types/core/mod.ts";
import { name, text, wide } from "../columns.ts";
import { define } from "../define.ts";

/** How long events are kept. */
const ttlSeconds = 3600;

export const eventStorage = { prefix: "/registry/events", version: "v1", ttlSeconds } as const;

/** As upstream prints both groups' events, from the core form. */
export function eventColumns<T extends KubeObject>(coreForm: (object: T) => Event): readonly Column<T>[] {
  return [
    text("Last Seen", (object, now) => lastSeen(coreForm(object), now)),
    text("Type", (object) => coreForm(object).type ?? ""),
    text("Reason", (object) => coreForm(object).reason ?? ""),
    text("Object", (object) => {
      const { kind = "", name: of } = coreForm(object).involvedObject;
      return of ? `${kind.toLowerCase()}/${of}` : kind.toLowerCase();
    }),
    wide("Subobject", (object) => coreForm(object).involvedObject.fieldPath ?? ""),
    wide("Source", (object) => sourceText(coreForm(object))),
    text("Message", (object) => (coreForm(object).message ?? "").trim()),
    wide("First Seen", (object, now) => firstSeen(coreForm(object), now)),
    wide("Count", (object) => count(coreForm(object))),
    { ...name, priority: 1 },
  ];
}

function firstSeen({ firstTimestamp, eventTime }: Event, now: number): string {
  return ageOf(firstTimestamp || eventTime, now);
}

function lastSeen(event: Event, now: number): string {
  if (event.series) return ageOf(event.series.lastObservedTime, now);
  return event.lastTimestamp ? ageOf(event.lastTimestamp, now) : firstSeen(event, now);
}

function count(event: Event): number {
  return event.series ? (event.series.count ?? 0) : event.count || 1;
}

/** `kubelet, node-1` */
function sourceText({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent || "";
  const host = source?.host || reportingInstance || "";
  return host === "" ? component : `${component}, ${host}`;
}

/** Readers of what an event is about: `involvedObject.kind` in one group, `regarding.kind` in the other. */
export function aboutFields<T>(
  prefix: string,
  about: (object: T) => ObjectReference | undefined | null,
): Readonly<Record<string, FieldReader<T>>> {
  const readers: Record<string, FieldReader<T>> = {};
  for (const field of ABOUT) readers[`${prefix}.${field}`] = (object) => about(object)?.[field] ?? "";
  return readers;
}

const ABOUT = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"] as const;

export const events: Resource<Event> = define({
  type: Event,
  plural: "events",
  namespaced: true,
  shortNames: ["ev"],
  storage: eventStorage,
  strategy: {
    allowCreateOnUpdate: true,
    validateCreate: (object, errors) => validateEvent(object, errors),
    validateUpdate: (object, _old, errors) => validateEvent(object, errors),
  },
  selectableFields: {
    ...aboutFields("involvedObject", ({ involvedObject }) => involvedObject),
    reason: ({ reason }) => reason ?? "",
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? "",
    source: ({ source, reportingComponent }) => source?.component || reportingComponent || "",
    type: ({ type }) => type ?? "",
  },
  columns: eventColumns((object) => object),
});
