/** The types of events.k8s.io/v1: each name is a type and its table. */
export { Event, EventList, EventSeries } from "./event.ts";
