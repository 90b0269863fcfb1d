/**
 * Validation of events, in their core form. Those written by events.k8s.io must be complete and may change
 * only their series; older writers are let through with a sane namespace, unless they give an event time.
 */
import { at, type FieldErrors } from "../../field-errors.ts";
import { byteLength } from "../../names/check.ts";
import { dnsSubdomain } from "../../names/dns.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import { sameField } from "../../same-of.ts";
import { validateImmutable } from "../meta/immutable-validation.ts";
import { Event } from "./event.ts";

const maxReportingInstance = 128;
const maxAction = 128;
const maxReason = 128;
const maxNote = 1024;

/**
 * For both groups: the event lives in the namespace of what it is about, cluster-wide objects in `default`;
 * those with an event time may live elsewhere, `kube-system` among it, and say who saw what.
 */
export function validateEvent(event: Event, errors: FieldErrors): void {
  const involved = event.involvedObject?.namespace ?? "";
  const own = event.metadata.namespace ?? "";
  const isTimed = Boolean(event.eventTime);
  const isClusterWide = own === "default" || (isTimed && own === "kube-system");
  if (involved === "" ? !isClusterWide : involved !== own && !isTimed)
    errors.invalid("involvedObject.namespace", involved, "does not match event.namespace");
  if (isTimed) validateWords(event, errors);
  errors.invalidEach("namespace", own, dnsSubdomain(own));
}

function validateWords(event: Event, errors: FieldErrors): void {
  const { reportingComponent: reporter = "", message = "" } = event;
  if (reporter === "") errors.required("reportingController");
  errors.invalidEach("reportingController", reporter, qualifiedName(reporter));
  requireShort(event.reportingInstance ?? "", "reportingInstance", maxReportingInstance, errors);
  requireShort(event.action ?? "", "action", maxAction, errors);
  requireShort(event.reason ?? "", "reason", maxReason, errors);
  if (byteLength(message) > maxNote) errors.invalid("message", "", `may have at most ${maxNote} bytes`);
}

function requireShort(value: string, path: string, max: number, errors: FieldErrors): void {
  if (value === "") errors.required(path);
  else if (byteLength(value) > max) errors.invalid(path, "", `may have at most ${max} bytes`);
}

export function validateNewEvent(event: Event, errors: FieldErrors): void {
  requireNoOld(event, errors);
  validateSeries(event, errors);
  if (!event.eventTime) errors.required("eventTime");
  if (event.type !== "Normal" && event.type !== "Warning") {
    errors.invalid("type", event.type ?? "", "must be Normal or Warning");
  }
}

/** The fields that only the core group's writers use. */
function requireNoOld(event: Event, errors: FieldErrors): void {
  if (event.firstTimestamp) errors.invalid("firstTimestamp", event.firstTimestamp, "must be unset");
  if (event.lastTimestamp) errors.invalid("lastTimestamp", event.lastTimestamp, "must be unset");
  if (event.count) errors.invalid("count", event.count, "must be unset");
  if (event.source?.component || event.source?.host) errors.invalid("source", event.source, "must be unset");
}

function validateSeries({ series }: Event, errors: FieldErrors): void {
  if (!series) return;
  if ((series.count ?? 0) < 2) errors.invalid(at("series", "count"), series.count ?? 0, "must be at least 2");
  if (!series.lastObservedTime) errors.required(at("series", "lastObservedTime"));
}

/** Upstream looks at the reason twice. */
const fixed = [
  "involvedObject",
  "reason",
  "message",
  "source",
  "firstTimestamp",
  "lastTimestamp",
  "count",
  "reason",
  "type",
  "eventTime",
  "action",
  "related",
  "reportingInstance",
] as const;

export function validateNewEventUpdate(event: Event, old: Event, errors: FieldErrors): void {
  validateImmutable(Event, fixed, event, old, "", errors);
  if ((event.reportingComponent ?? "") !== (old.reportingComponent ?? ""))
    errors.invalid("reportingController", event.reportingComponent, "field is immutable");
  if (!sameField(Event, "series", event, old)) validateSeries(event, errors);
}
