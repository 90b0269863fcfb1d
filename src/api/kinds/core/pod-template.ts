/** PodTemplate: a pod template on its own, for controllers outside the cluster. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { PodTemplate } from "../../types/core/mod.ts";
import { validatePodTemplateObject } from "../../types/core/pod-template-validation.ts";
import { labelsText, name, text } from "../columns.ts";
import { define } from "../define.ts";
import { podWarnings } from "./pod-warnings.ts";

export const podTemplates: Resource<PodTemplate> = define({
  type: PodTemplate,
  plural: "podtemplates",
  namespaced: true,
  strategy: {
    warnings: ({ template }) => podWarnings(template, "template"),
    name: subdomainName,
    generationOf: ["template"],
    validateCreate: validatePodTemplateObject,
    validateUpdate: (object, _old, errors) => validatePodTemplateObject(object, errors),
  },
  columns: [
    name,
    text("Containers", ({ template }) => (template.spec.containers ?? []).map((one) => one.name).join(",")),
    text("Images", ({ template }) =>
      (template.spec.containers ?? []).map((one) => one.image ?? "").join(","),
    ),
    text("Pod Labels", ({ template }) => labelsText(template.metadata.labels)),
  ],
});
