/** Node: a machine that runs pods, written by its kubelet. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { Node } from "../../types/core/mod.ts";
import { validateNode, validateNodeUpdate } from "../../types/core/node-validation.ts";
import { age, name, text, wide } from "../columns.ts";
import { define, keepStatus, statusResetFields } from "../define.ts";

const rolePrefix = "node-role.kubernetes.io/";

export const nodes: Resource<Node> = define({
  type: Node,
  plural: "nodes",
  namespaced: false,
  shortNames: ["no"],
  storage: { prefix: "/registry/minions" },
  strategy: {
    warnings: ({ spec }) => [
      ...(spec.configSource === undefined
        ? []
        : ["spec.configSource: the feature is no longer available; the field is ignored"]),
      ...((spec.externalID ?? "") === ""
        ? []
        : ["spec.externalID: this field is deprecated, and is unused by Kubernetes"]),
    ],
    name: subdomainName,
    allowCreateOnUpdate: false,
    resetFields: statusResetFields,
    prepareForCreate(draft) {
      dropConfiguration(draft, undefined);
    },
    prepareForUpdate(draft, old) {
      keepStatus(draft, old);
      dropConfiguration(draft, old);
    },
    rereads: true,
    validateCreate: validateNode,
    validateUpdate: validateNodeUpdate,
  },
  status: {
    verbs: ["get", "patch", "update"],
    prepareForUpdate(draft, old) {
      draft.spec = old.spec;
      dropConfiguration(draft, old);
    },
    validateUpdate: validateNodeUpdate,
  },
  actions: { proxy: { kind: "NodeProxyOptions", verbs: ["create", "delete", "get", "patch", "update"] } },
  selectableFields: { "spec.unschedulable": ({ spec }) => String(spec.unschedulable ?? false) },
  columns: [
    name,
    text("Status", (object) => statusText(object)),
    text("Roles", (object) => rolesText(object)),
    age,
    text("Version", ({ status }) => status.nodeInfo?.kubeletVersion ?? ""),
    wide("Internal-IP", (object) => addressText(object, "InternalIP")),
    wide("External-IP", (object) => addressText(object, "ExternalIP")),
    wide("OS-Image", ({ status }) => status.nodeInfo?.osImage || "<unknown>"),
    wide("Kernel-Version", ({ status }) => status.nodeInfo?.kernelVersion || "<unknown>"),
    wide("Container-Runtime", ({ status }) => status.nodeInfo?.containerRuntimeVersion || "<unknown>"),
  ],
});

/** Nodes are configured by the API no more. What a node has of it, from a server that did, stays. */
function dropConfiguration(draft: Node, old: Node | undefined): void {
  if (old?.spec.configSource === undefined) delete draft.spec.configSource;
  if (old?.status.config === undefined) delete draft.status.config;
}

function statusText({ spec, status }: Node): string {
  const ready = status.conditions?.find((one) => one.type === "Ready");
  const word = ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
  return spec.unschedulable ? `${word},SchedulingDisabled` : word;
}

/** Of labels such as `node-role.kubernetes.io/control-plane`, in order; `<none>`. */
function rolesText({ metadata }: Node): string {
  const labels = Object.entries(metadata.labels ?? {});
  const named = labels
    .filter(([key]) => key.startsWith(rolePrefix))
    .map(([key]) => key.slice(rolePrefix.length));
  const valued = labels.filter(([key]) => key === "kubernetes.io/role").map(([, value]) => value);
  const roles = [...new Set([...named, ...valued])].filter((role) => role !== "").sort();
  return roles.length === 0 ? "<none>" : roles.join(",");
}

function addressText({ status }: Node, type: string): string {
  return status.addresses?.find((one) => one.type === type)?.address ?? "<none>";
}
