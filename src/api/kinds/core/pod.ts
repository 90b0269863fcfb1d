/** Pod: containers that live and die together on one node. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { Pod, PodLogOptions } from "../../types/core/mod.ts";
import { validatePod, validatePodUpdate } from "../../types/core/pod-validation.ts";
import { age, name, text, wide } from "../columns.ts";
import { hostNameWarning, podWarnings } from "./pod-warnings.ts";
import { define } from "../define.ts";
import { nominatedText, podIpText, readinessText, restartsText, summarize } from "./pod-columns.ts";
import { gracefulDelete, prepareForCreate, prepareForUpdate } from "./pod-strategy.ts";
import { ephemeralContainers, resize, status } from "./pod-subresources.ts";

const connect = ["create", "get"] as const;

export const pods: Resource<Pod> = define({
  type: Pod,
  plural: "pods",
  namespaced: true,
  shortNames: ["po"],
  categories: ["all"],
  strategy: {
    name: subdomainName,
    generationOf: ["spec"],
    resetFields: {
      "": [["status"]],
      status: [["spec"], ["metadata", "deletionTimestamp"], ["metadata", "ownerReferences"]],
    },
    prepareForCreate,
    prepareForUpdate,
    metadataOnUpdate: ["changes", "whole"],
    validateCreate: validatePod,
    validateUpdate: validatePodUpdate,
    warnings: (pod, old) =>
      old === undefined
        ? [...hostNameWarning(pod.metadata.name, "the Pod's hostname"), ...podWarnings(pod, "")]
        : [],
    gracefulDelete,
  },
  status,
  objectSubresources: { ephemeralcontainers: ephemeralContainers, resize },
  actions: {
    attach: { kind: "PodAttachOptions", verbs: connect },
    binding: { kind: "Binding", verbs: ["create"] },
    eviction: { group: "policy", version: "v1", kind: "Eviction", verbs: ["create"] },
    exec: { kind: "PodExecOptions", verbs: connect },
    log: { kind: "Pod", verbs: ["get"], options: PodLogOptions },
    portforward: { kind: "PodPortForwardOptions", verbs: connect },
    proxy: { kind: "PodProxyOptions", verbs: ["create", "delete", "get", "patch", "update"] },
  },
  selectableFields: {
    "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
    // As the oldest clients say it.
    "spec.host": ({ spec }) => spec.nodeName ?? "",
    "spec.restartPolicy": ({ spec }) => spec.restartPolicy ?? "",
    "spec.schedulerName": ({ spec }) => spec.schedulerName ?? "",
    "spec.serviceAccountName": ({ spec }) => spec.serviceAccountName ?? "",
    "spec.hostNetwork": ({ spec }) => String(spec.hostNetwork ?? false),
    "status.phase": ({ status: { phase } }) => phase ?? "",
    "status.podIP": ({ status: { podIP } }) => podIP ?? "",
    // Upstream takes the name, and finds nothing there.
    "status.podIPs": () => "",
    "status.nominatedNodeName": ({ status: { nominatedNodeName } }) => nominatedNodeName ?? "",
  },
  triggers: ["spec.nodeName"],
  columns: [
    name,
    text("Ready", (pod) => summarize(pod).ready),
    text("Status", (pod) => summarize(pod).reason),
    text("Restarts", (pod, now) => restartsText(pod, now)),
    age,
    wide("IP", podIpText),
    wide("Node", ({ spec }) => spec.nodeName || "<none>"),
    wide("Nominated Node", nominatedText),
    wide("Readiness Gates", readinessText),
  ],
});
