/**
 * Every type of the API by group: `core.Pod`, `apps.Deployment`, `autoscaling.HorizontalPodAutoscaler`. Names recur
 * between groups (`Event`, `ObjectReference`), so each group is a namespace; the door of src/api gives the frequent ones by name.
 */
export * as admission from "./admission/mod.ts";
export * as admissionregistration from "./admissionregistration/mod.ts";
export * as apidiscovery from "./apidiscovery/mod.ts";
export * as apiextensions from "./apiextensions/mod.ts";
export * as apiregistration from "./apiregistration/mod.ts";
export * as apps from "./apps/mod.ts";
export * as audit from "./audit/mod.ts";
export * as authentication from "./authentication/mod.ts";
export * as authorization from "./authorization/mod.ts";
export * as autoscaling from "./autoscaling-v2/mod.ts";
export * as autoscalingV1 from "./autoscaling-v1/mod.ts";
export * as batch from "./batch/mod.ts";
export * as certificates from "./certificates/mod.ts";
export * as coordination from "./coordination/mod.ts";
export * as core from "./core/mod.ts";
export * as customMetrics from "./custom-metrics/mod.ts";
export * as discovery from "./discovery/mod.ts";
export * as events from "./events/mod.ts";
export * as externalMetrics from "./external-metrics/mod.ts";
export * as flowcontrol from "./flowcontrol/mod.ts";
export * as meta from "./meta/mod.ts";
export * as metrics from "./metrics/mod.ts";
export * as networking from "./networking/mod.ts";
export * as node from "./node/mod.ts";
export * as policy from "./policy/mod.ts";
export * as rbac from "./rbac/mod.ts";
export * as resource from "./resource/mod.ts";
export * as scheduling from "./scheduling/mod.ts";
export * as storage from "./storage/mod.ts";
