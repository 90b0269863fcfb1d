/** CSIStorageCapacity: how much storage a class has in a part of the cluster. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { CSIStorageCapacity } from "../../types/storage/mod.ts";
import {
  validateCsiStorageCapacity,
  validateCsiStorageCapacityUpdate,
} from "../../types/storage/csi-storage-capacity-validation.ts";
import { createdAt, name } from "../columns.ts";
import { define } from "../define.ts";

export const csiStorageCapacities: Resource<CSIStorageCapacity> = define({
  type: CSIStorageCapacity,
  plural: "csistoragecapacities",
  namespaced: true,
  strategy: {
    allowUnconditionalUpdate: false,
    name: subdomainName,
    rereads: true,
    validateCreate: validateCsiStorageCapacity,
    validateUpdate: validateCsiStorageCapacityUpdate,
  },
  columns: [name, createdAt],
});
