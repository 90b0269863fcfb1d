/** VolumeAttributesClass: attributes of volumes that may change while they are used. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { VolumeAttributesClass } from "../../types/storage/mod.ts";
import {
  validateVolumeAttributesClass,
  validateVolumeAttributesClassUpdate,
} from "../../types/storage/volume-attributes-class-validation.ts";
import { age, name, text } from "../columns.ts";
import { define } from "../define.ts";

const defaultAnnotation = "volumeattributesclass.alpha.kubernetes.io/is-default-class";

export const volumeAttributesClasses: Resource<VolumeAttributesClass> = define({
  type: VolumeAttributesClass,
  plural: "volumeattributesclasses",
  namespaced: false,
  shortNames: ["vac"],
  strategy: {
    name: subdomainName,
    rereads: true,
    metadataOnUpdate: ["changes", "whole"],
    validateCreate: validateVolumeAttributesClass,
    validateUpdate: validateVolumeAttributesClassUpdate,
  },
  columns: [
    {
      ...name,
      cell: ({ metadata }) =>
        `${metadata.name ?? ""}${metadata.annotations?.[defaultAnnotation] === "true" ? " (default)" : ""}`,
    },
    text("DriverName", ({ driverName }) => driverName),
    age,
  ],
});
