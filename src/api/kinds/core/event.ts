/** Event of the core group, kept for an hour. It is the stored form of events.k8s.io too. */
import { ageOf } from "../../human-duration.ts";
import type { Column, FieldReader, Resource } from "../../resource.ts";
import type { KubeObject } from "../../schema/mod.ts";
import { validateEvent } from "../../types/core/event-validation.ts";
import { Event } from "../../types/core/mod.ts";
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
  return event.series?.count ?? (event.count || 1);
}

/** `kubelet, node-1` */
function sourceText({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent || "";
  const host = source?.host || reportingInstance || "";
  return host === "" ? component : `${component}, ${host}`;
}

/** Field selectors of both groups read the core form. */
export function eventFields<T>(coreForm: (object: T) => Event): Readonly<Record<string, FieldReader<T>>> {
  const involved = (
    field: "kind" | "namespace" | "name" | "uid" | "apiVersion" | "resourceVersion" | "fieldPath",
  ) => {
    return (object: T) => coreForm(object).involvedObject[field] ?? "";
  };
  return {
    "involvedObject.kind": involved("kind"),
    "involvedObject.namespace": involved("namespace"),
    "involvedObject.name": involved("name"),
    "involvedObject.uid": involved("uid"),
    "involvedObject.apiVersion": involved("apiVersion"),
    "involvedObject.resourceVersion": involved("resourceVersion"),
    "involvedObject.fieldPath": involved("fieldPath"),
    reason: (object) => coreForm(object).reason ?? "",
    reportingComponent: (object) => coreForm(object).reportingComponent ?? "",
    source: (object) => coreForm(object).source?.component || coreForm(object).reportingComponent || "",
    type: (object) => coreForm(object).type ?? "",
  };
}

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
  selectableFields: eventFields((object) => object),
  columns: eventColumns((object) => object),
});
