/** CSIDriver: what a volume driver needs and can do. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { sameField } from "../../same-of.ts";
import { CSIDriver, CSIDriverSpec } from "../../types/storage/mod.ts";
import { validateCsiDriver, validateCsiDriverUpdate } from "../../types/storage/csi-driver-validation.ts";
import { age, name, text } from "../columns.ts";
import { define } from "../define.ts";

/** What kubelets have to hear of. */
const live = [
  "tokenRequests",
  "requiresRepublish",
  "seLinuxMount",
  "nodeAllocatableUpdatePeriodSeconds",
] as const;

export const csiDrivers: Resource<CSIDriver> = define({
  type: CSIDriver,
  plural: "csidrivers",
  namespaced: false,
  strategy: {
    allowUnconditionalUpdate: false,
    name: subdomainName,
    // The first change is the first generation.
    prepareForUpdate(draft, old) {
      if (!live.every((field) => sameField(CSIDriverSpec, field, draft.spec, old.spec)))
        draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
    validateCreate: validateCsiDriver,
    validateUpdate: validateCsiDriverUpdate,
  },
  columns: [
    name,
    { name: "AttachRequired", type: "boolean", cell: ({ spec }) => spec.attachRequired ?? true },
    { name: "PodInfoOnMount", type: "boolean", cell: ({ spec }) => spec.podInfoOnMount ?? false },
    { name: "StorageCapacity", type: "boolean", cell: ({ spec }) => spec.storageCapacity ?? false },
    text("TokenRequests", ({ spec: { tokenRequests = [] } }) =>
      tokenRequests.length === 0 ? "<unset>" : tokenRequests.map((one) => one.audience).join(","),
    ),
    { name: "RequiresRepublish", type: "boolean", cell: ({ spec }) => spec.requiresRepublish ?? false },
    text("Modes", ({ spec }) => (spec.volumeLifecycleModes ?? []).join(",") || "<none>"),
    age,
  ],
});
