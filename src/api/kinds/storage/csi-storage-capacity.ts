/** CSIStorageCapacity: how much storage a class has in a part of the cluster. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { CSIStorageCapacity } from "../../types/storage/mod.ts";
import {
  validateCsiStorageCapacity,
  validateCsiStorageCapacityUpdate,
} from "../../types/storage/csi-storage-capacity-validation.ts";
import type { LabelSelector } from "../../types/meta/label-selector.ts";
import { createdAt, name } from "../columns.ts";
import { nodeLabelWarning } from "../core/node-label-warnings.ts";
import { define } from "../define.ts";

export const csiStorageCapacities: Resource<CSIStorageCapacity> = define({
  type: CSIStorageCapacity,
  plural: "csistoragecapacities",
  namespaced: true,
  strategy: {
    allowUnconditionalUpdate: false,
    name: subdomainName,
    rereads: true,
    warnings: ({ nodeTopology }) => topologyWarnings(nodeTopology),
    validateCreate: validateCsiStorageCapacity,
    validateUpdate: validateCsiStorageCapacityUpdate,
  },
  columns: [name, createdAt],
});

function topologyWarnings(topology: LabelSelector | undefined): readonly string[] {
  const told = (label: string, text: (why: string) => string): readonly string[] => {
    const why = nodeLabelWarning(label);
    return why === undefined ? [] : [text(why)];
  };
  return [
    ...(topology?.matchExpressions ?? []).flatMap(({ key }, i) =>
      told(key, (why) => `nodeTopology.matchExpressions[${i}]: ${key} is ${why}`),
    ),
    ...Object.keys(topology?.matchLabels ?? {}).flatMap((label) =>
      told(label, (why) => `nodeTopology.matchLabels.${label}: ${why}`),
    ),
  ];
}
