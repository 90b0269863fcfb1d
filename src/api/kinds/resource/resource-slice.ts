/** ResourceSlice: devices that a driver offers on a node or in a pool. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { ResourceSlice } from "../../types/resource/mod.ts";
import {
  validateResourceSlice,
  validateResourceSliceUpdate,
} from "../../types/resource/resource-slice-validation.ts";
import { age, name, text } from "../columns.ts";
import { define } from "../define.ts";

export const resourceSlices: Resource<ResourceSlice> = define({
  type: ResourceSlice,
  plural: "resourceslices",
  namespaced: false,
  strategy: {
    allowCreateOnUpdate: true,
    name: subdomainName,
    generationOf: ["spec"],
    validateCreate: validateResourceSlice,
    validateUpdate: validateResourceSliceUpdate,
  },
  selectableFields: {
    "spec.driver": ({ spec }) => spec.driver,
    "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
  },
  columns: [
    name,
    text("Node", ({ spec }) => spec.nodeName ?? "<none>"),
    text("Driver", ({ spec }) => spec.driver),
    text("Pool", ({ spec }) => spec.pool.name),
    age,
  ],
});
