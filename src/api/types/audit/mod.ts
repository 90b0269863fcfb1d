/** The types of audit.k8s.io/v1: each name is a type and its table. */
export { AuthenticationMetadata, Event, EventList, Level, ObjectReference, Stage } from "./event.ts";
export { GroupResources, Policy, PolicyList, PolicyRule } from "./policy.ts";
