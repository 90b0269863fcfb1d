/** IPAddress: one service address that is taken, named by the address. */
import { ipName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { IPAddress } from "../../types/networking/mod.ts";
import { validateIpAddress, validateIpAddressUpdate } from "../../types/networking/ip-address-validation.ts";
import { age, name, text } from "../columns.ts";
import { define } from "../define.ts";

export const ipAddresses: Resource<IPAddress> = define({
  type: IPAddress,
  plural: "ipaddresses",
  namespaced: false,
  shortNames: ["ip"],
  strategy: {
    name: ipName,
    rereads: true,
    validateCreate: validateIpAddress,
    validateUpdate: validateIpAddressUpdate,
  },
  selectableFields: {
    "spec.parentRef.group": ({ spec }) => spec.parentRef?.group ?? "",
    "spec.parentRef.name": ({ spec }) => spec.parentRef?.name ?? "",
    "spec.parentRef.namespace": ({ spec }) => spec.parentRef?.namespace ?? "",
    "spec.parentRef.resource": ({ spec }) => spec.parentRef?.resource ?? "",
  },
  columns: [name, text("ParentRef", (object) => parentText(object)), { ...age, unlisted: true }],
});

/** `services/default/web`. */
function parentText({ spec: { parentRef } }: IPAddress): string {
  if (!parentRef) return "<none>";
  const group = parentRef.group ? `.${parentRef.group}` : "";
  const namespace = parentRef.namespace ? `${parentRef.namespace}/` : "";
  return `${parentRef.resource ?? ""}${group}/${namespace}${parentRef.name ?? ""}`;
}
