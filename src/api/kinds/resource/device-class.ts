/** DeviceClass: a kind of device that claims may ask for. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { DeviceClass } from "../../types/resource/mod.ts";
import { validateDeviceClass } from "../../types/resource/device-class-validation.ts";
import { age, name } from "../columns.ts";
import { define } from "../define.ts";

export const deviceClasses: Resource<DeviceClass> = define({
  type: DeviceClass,
  plural: "deviceclasses",
  namespaced: false,
  strategy: {
    name: subdomainName,
    generationOf: ["spec"],
    metadataOnUpdate: ["whole", "changes"],
    validateCreate: validateDeviceClass,
    validateUpdate: (object, _old, errors) => validateDeviceClass(object, errors),
  },
  columns: [name, age],
});
