/** CSINode: the volume drivers of a node. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { CSINode } from "../../types/storage/mod.ts";
import { validateCsiNode, validateCsiNodeUpdate } from "../../types/storage/csi-node-validation.ts";
import { age, integer, name } from "../columns.ts";
import { define } from "../define.ts";

export const csiNodes: Resource<CSINode> = define({
  type: CSINode,
  plural: "csinodes",
  namespaced: false,
  strategy: {
    allowUnconditionalUpdate: false,
    name: subdomainName,
    rereads: true,
    metadataOnUpdate: ["whole"],
    validateCreate: validateCsiNode,
    validateUpdate: validateCsiNodeUpdate,
  },
  columns: [name, integer("Drivers", ({ spec }) => spec.drivers?.length ?? 0), age],
});
