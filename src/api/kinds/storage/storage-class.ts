/** StorageClass: how volumes are made. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { StorageClass } from "../../types/storage/mod.ts";
import {
  validateStorageClass,
  validateStorageClassUpdate,
} from "../../types/storage/storage-class-validation.ts";
import { age, name, text } from "../columns.ts";
import { define } from "../define.ts";
import { nodeLabelWarning } from "../core/node-label-warnings.ts";

export const storageClasses: Resource<StorageClass> = define({
  type: StorageClass,
  plural: "storageclasses",
  namespaced: false,
  shortNames: ["sc"],
  strategy: {
    warnings: ({ allowedTopologies }) =>
      (allowedTopologies ?? []).flatMap(({ matchLabelExpressions }, i) =>
        (matchLabelExpressions ?? []).flatMap(({ key }, j) => {
          const why = nodeLabelWarning(key);
          const where = `allowedTopologies[${i}].matchLabelExpressions[${j}].key`;
          return why === undefined ? [] : [`${where}: ${key} is ${why}`];
        }),
      ),
    name: subdomainName,
    rereads: true,
    validateCreate: validateStorageClass,
    validateUpdate: validateStorageClassUpdate,
  },
  columns: [
    {
      ...name,
      cell: ({ metadata }) => `${metadata.name ?? ""}${isDefault(metadata.annotations) ? " (default)" : ""}`,
    },
    text("Provisioner", ({ provisioner }) => provisioner),
    text("ReclaimPolicy", ({ reclaimPolicy }) => reclaimPolicy ?? "Delete"),
    text("VolumeBindingMode", ({ volumeBindingMode }) => volumeBindingMode ?? "<unset>"),
    text("AllowVolumeExpansion", ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false),
    age,
  ],
});

function isDefault(annotations: Readonly<Record<string, string>> | undefined): boolean {
  return (
    annotations?.["storageclass.kubernetes.io/is-default-class"] === "true" ||
    annotations?.["storageclass.beta.kubernetes.io/is-default-class"] === "true"
  );
}
