/** PriorityClass: a name for how much a pod matters. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { PriorityClass } from "../../types/scheduling/mod.ts";
import {
  validatePriorityClass,
  validatePriorityClassUpdate,
} from "../../types/scheduling/priority-class-validation.ts";
import { age, integer, name, text } from "../columns.ts";
import { define } from "../define.ts";

export const priorityClasses: Resource<PriorityClass> = define({
  type: PriorityClass,
  plural: "priorityclasses",
  namespaced: false,
  shortNames: ["pc"],
  strategy: {
    name: subdomainName,
    generationOf: ["value"],
    validateCreate: validatePriorityClass,
    validateUpdate: validatePriorityClassUpdate,
  },
  columns: [
    name,
    integer("Value", ({ value }) => value),
    { name: "Global-Default", type: "boolean", cell: ({ globalDefault }) => globalDefault ?? false },
    age,
    text("PreemptionPolicy", ({ preemptionPolicy }) => preemptionPolicy ?? ""),
  ],
});
