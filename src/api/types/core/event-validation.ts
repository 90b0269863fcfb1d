/**
 * Validation of events, in their core form. Those written by events.k8s.io must be complete and may change
 * only their series; older writers are let through with a sane namespace.
 */
import { same } from "../../equal.ts";
import { at, type FieldErrors } from "../../field-errors.ts";
import { dnsSubdomain } from "../../names/dns.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import type { Event } from "./event.ts";

const maxReportingInstance = 128;
const maxAction = 128;
const maxReason = 128;
const maxNote = 1024;

/**
 * For both groups: the event lives in the namespace of what it is about, cluster-wide objects in `default`;
 * those with an event time may live elsewhere.
 */
export function validateEvent(event: Event, errors: FieldErrors): void {
  const involved = event.involvedObject?.namespace ?? "";
  const own = event.metadata.namespace ?? "";
  const path = "involvedObject.namespace";
  const isElsewhere = involved !== own && !event.eventTime;
  if (involved === "" ? own !== "default" && own !== "kube-system" : isElsewhere) {
    errors.invalid(path, involved, "does not match event.namespace");
  }
}

export function validateNewEvent(event: Event, errors: FieldErrors): void {
  requireNoOld(event, errors);
  if (!event.eventTime) errors.required("eventTime");
  if (event.type !== "Normal" && event.type !== "Warning") {
    errors.invalid("type", event.type ?? "", "must be Normal or Warning");
  }
  requireShort(event.action ?? "", "action", maxAction, errors);
  requireShort(event.reason ?? "", "reason", maxReason, errors);
  requireShort(event.reportingComponent ?? "", "reportingController", Number.MAX_SAFE_INTEGER, errors);
  if (event.reportingComponent) {
    errors.invalidEach(
      "reportingController",
      event.reportingComponent,
      qualifiedName(event.reportingComponent),
    );
  }
  requireShort(event.reportingInstance ?? "", "reportingInstance", maxReportingInstance, errors);
  if ((event.message ?? "").length > maxNote)
    errors.invalid("message", "", `may have at most ${maxNote} bytes`);
}

function requireShort(value: string, path: string, max: number, errors: FieldErrors): void {
  if (value === "") errors.required(path);
  else if (value.length > max) errors.invalid(path, "", `may have at most ${max} bytes`);
}

/** The fields that only the core group's writers use. */
function requireNoOld(event: Event, errors: FieldErrors): void {
  if (event.firstTimestamp) errors.invalid("firstTimestamp", event.firstTimestamp, "must be unset");
  if (event.lastTimestamp) errors.invalid("lastTimestamp", event.lastTimestamp, "must be unset");
  if (event.count) errors.invalid("count", event.count, "must be unset");
  if (event.source?.component || event.source?.host) errors.invalid("source", event.source, "must be unset");
}

const fixed = [
  "involvedObject",
  "reason",
  "message",
  "source",
  "type",
  "eventTime",
  "action",
  "related",
] as const;

export function validateNewEventUpdate(event: Event, old: Event, errors: FieldErrors): void {
  for (const name of fixed) {
    if (!same(event[name], old[name])) errors.invalid(name, event[name], "field is immutable");
  }
  const series = event.series;
  if (series === undefined) return;
  if ((series.count ?? 0) < 2) errors.invalid(at("series", "count"), series.count ?? 0, "must be at least 2");
  if (!series.lastObservedTime) errors.required(at("series", "lastObservedTime"));
}

/** The name of what an event is about, when it has to be one. */
export function validateInvolvedName(event: Event, errors: FieldErrors): void {
  const name = event.involvedObject.name ?? "";
  errors.invalidEach("involvedObject.name", name, dnsSubdomain(name));
}
