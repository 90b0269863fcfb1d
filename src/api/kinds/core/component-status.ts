/** ComponentStatus, the old health report of the control plane; the API server computes it. */
import type { Resource } from "../../resource.ts";
import { ComponentStatus } from "../../types/core/mod.ts";
import { name, text } from "../columns.ts";
import { define } from "../define.ts";

export const componentStatuses: Resource<ComponentStatus> = define({
  type: ComponentStatus,
  plural: "componentstatuses",
  namespaced: false,
  shortNames: ["cs"],
  verbs: ["get", "list"],
  storage: false,
  deprecation: "v1 ComponentStatus is deprecated in v1.19+",
  columns: [
    name,
    text("Status", (object) => (healthy(object) === undefined ? "Unknown" : state(healthy(object)?.status))),
    text("Message", (object) => healthy(object)?.message ?? ""),
    text("Error", (object) => healthy(object)?.error ?? ""),
  ],
});

function healthy(object: ComponentStatus) {
  return object.conditions?.find((condition) => condition.type === "Healthy");
}

function state(status: string | undefined): string {
  return status === "True" ? "Healthy" : "Unhealthy";
}
