/** LimitRange: smallest, largest and default amounts of resources in a namespace. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { LimitRange } from "../../types/core/mod.ts";
import { validateLimitRange } from "../../types/core/limit-range-validation.ts";
import { createdAt, name } from "../columns.ts";
import { define } from "../define.ts";

export const limitRanges: Resource<LimitRange> = define({
  type: LimitRange,
  plural: "limitranges",
  namespaced: true,
  shortNames: ["limits"],
  strategy: {
    allowCreateOnUpdate: true,
    name: subdomainName,
    /** The one kind that is named by the server when nobody names it. */
    prepareForCreate({ metadata }) {
      if (!metadata.name && metadata.uid) metadata.name = metadata.uid;
    },
    metadataOnUpdate: ["whole"],
    validateCreate: validateLimitRange,
    validateUpdate: (object, _old, errors) => validateLimitRange(object, errors),
  },
  columns: [name, createdAt],
});
