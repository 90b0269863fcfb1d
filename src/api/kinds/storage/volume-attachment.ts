/** VolumeAttachment: the wish that a volume be attached to a node, and its state. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { VolumeAttachment } from "../../types/storage/mod.ts";
import {
  validateVolumeAttachment,
  validateVolumeAttachmentStatus,
  validateVolumeAttachmentUpdate,
} from "../../types/storage/volume-attachment-validation.ts";
import { age, name, text } from "../columns.ts";
import { define, keepStatus, statusOnlyResetFields, statusSubresource } from "../define.ts";

export const volumeAttachments: Resource<VolumeAttachment> = define({
  type: VolumeAttachment,
  plural: "volumeattachments",
  namespaced: false,
  strategy: {
    allowUnconditionalUpdate: false,
    name: subdomainName,
    resetFields: statusOnlyResetFields,
    prepareForCreate(draft) {
      draft.status = { attached: false };
    },
    prepareForUpdate: keepStatus,
    metadataOnUpdate: ["whole", "whole"],
    validateCreate: validateVolumeAttachment,
    validateUpdate: validateVolumeAttachmentUpdate,
  },
  // Upstream has one strategy for both, which looks at the whole twice.
  status: statusSubresource<VolumeAttachment>({
    validateUpdate(object, _old, errors) {
      for (const _ of [1, 2]) validateVolumeAttachmentStatus(object, errors);
    },
    metadataOnUpdate: ["whole", "whole"],
    keeps: "metadata",
  }),
  columns: [
    name,
    { ...text("Attacher", ({ spec }: VolumeAttachment) => spec.attacher), format: "name" },
    text("PV", ({ spec }) => spec.source.persistentVolumeName ?? ""),
    text("Node", ({ spec }) => spec.nodeName),
    { name: "Attached", type: "boolean", cell: ({ status }) => status.attached },
    age,
  ],
});
