/** Event of events.k8s.io: another face of the core Event, under which it is stored. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import {
  validateEvent,
  validateNewEvent,
  validateNewEventUpdate,
} from "../../types/core/event-validation.ts";
import type { Event as CoreEvent } from "../../types/core/mod.ts";
import { Event } from "../../types/events/mod.ts";
import { aboutFields, eventColumns, eventStorage } from "../core/event.ts";
import { define } from "../define.ts";

/**
 * Same content, other names: `regarding` is `involvedObject`, `note` is `message`, old fields are
 * `deprecated...`.
 */
function toCore(event: Event): CoreEvent {
  const {
    regarding,
    note,
    reportingController,
    series,
    deprecatedSource,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    deprecatedCount,
    ...same
  } = event;
  return {
    ...same,
    apiVersion: "v1",
    involvedObject: regarding ?? {},
    ...(note === undefined ? {} : { message: note }),
    ...(series === undefined ? {} : { series }),
    source: deprecatedSource ?? {},
    firstTimestamp: deprecatedFirstTimestamp ?? null,
    lastTimestamp: deprecatedLastTimestamp ?? null,
    ...(deprecatedCount === undefined ? {} : { count: deprecatedCount }),
    reportingComponent: reportingController ?? "",
    reportingInstance: event.reportingInstance ?? "",
  };
}

function fromCore(event: CoreEvent): Event {
  const {
    involvedObject,
    message,
    reportingComponent,
    source,
    firstTimestamp,
    lastTimestamp,
    count,
    series,
    ...same
  } = event;
  return {
    ...same,
    apiVersion: "events.k8s.io/v1",
    ...(series === undefined ? {} : { series: { ...series, count: series.count ?? 0 } }),
    regarding: involvedObject,
    ...(message === undefined ? {} : { note: message }),
    deprecatedSource: source ?? {},
    deprecatedFirstTimestamp: firstTimestamp ?? null,
    deprecatedLastTimestamp: lastTimestamp ?? null,
    ...(count === undefined ? {} : { deprecatedCount: count }),
    ...(reportingComponent ? { reportingController: reportingComponent } : {}),
  };
}

export const eventsV1: Resource<Event> = define({
  type: Event,
  plural: "events",
  namespaced: true,
  shortNames: ["ev"],
  storage: {
    ...eventStorage,
    conversion: { toStorage: toCore, fromStorage: (stored) => fromCore(stored as CoreEvent) },
  },
  strategy: {
    name: subdomainName,
    allowCreateOnUpdate: true,
    validateCreate(object, errors) {
      const event = toCore(object);
      validateEvent(event, errors);
      validateNewEvent(event, errors);
    },
    validateUpdate(object, old, errors) {
      const event = toCore(object);
      validateEvent(event, errors);
      validateNewEventUpdate(event, toCore(old), errors);
    },
  },
  selectableFields: {
    ...aboutFields("regarding", ({ regarding }) => regarding),
    reason: ({ reason }) => reason ?? "",
    reportingController: ({ reportingController }) => reportingController ?? "",
    type: ({ type }) => type ?? "",
  },
  columns: eventColumns(toCore),
});
