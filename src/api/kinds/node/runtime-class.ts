/** RuntimeClass: which container runtime a pod runs under. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { RuntimeClass } from "../../types/node/mod.ts";
import {
  validateRuntimeClass,
  validateRuntimeClassUpdate,
} from "../../types/node/runtime-class-validation.ts";
import { age, name, text } from "../columns.ts";
import { define } from "../define.ts";
import { selectorWarnings } from "../core/node-label-warnings.ts";

export const runtimeClasses: Resource<RuntimeClass> = define({
  type: RuntimeClass,
  plural: "runtimeclasses",
  namespaced: false,
  strategy: {
    warnings: ({ scheduling }) => selectorWarnings(scheduling?.nodeSelector, "scheduling.nodeSelector"),
    allowUnconditionalUpdate: false,
    name: subdomainName,
    anyFinalizer: true,
    rereads: true,
    validateCreate: validateRuntimeClass,
    validateUpdate: validateRuntimeClassUpdate,
  },
  columns: [name, text("Handler", ({ handler }) => handler), age],
});
