/** The types of storage.k8s.io/v1: each name is a type and its table. */
export {
  CSIDriver,
  CSIDriverList,
  CSIDriverSpec,
  FSGroupPolicy,
  TokenRequest,
  VolumeLifecycleMode,
} from "./csi-driver.ts";
export { CSINode, CSINodeDriver, CSINodeList, CSINodeSpec, VolumeNodeResources } from "./csi-node.ts";
export { CSIStorageCapacity, CSIStorageCapacityList } from "./csi-storage-capacity.ts";
export { StorageClass, StorageClassList, VolumeBindingMode } from "./storage-class.ts";
export {
  VolumeAttachment,
  VolumeAttachmentList,
  VolumeAttachmentSource,
  VolumeAttachmentSpec,
  VolumeAttachmentStatus,
  VolumeError,
} from "./volume-attachment.ts";
export { VolumeAttributesClass, VolumeAttributesClassList } from "./volume-attributes-class.ts";
