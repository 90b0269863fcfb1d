/** IngressClass: which controller serves an Ingress. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { IngressClass } from "../../types/networking/mod.ts";
import {
  validateIngressClass,
  validateIngressClassUpdate,
} from "../../types/networking/ingress-validation.ts";
import { age, name, text } from "../columns.ts";
import { define } from "../define.ts";

export const ingressClasses: Resource<IngressClass> = define({
  type: IngressClass,
  plural: "ingressclasses",
  namespaced: false,
  strategy: {
    name: subdomainName,
    generationOf: ["spec"],
    metadataOnUpdate: ["changes", "whole"],
    validateCreate: validateIngressClass,
    validateUpdate: validateIngressClassUpdate,
  },
  columns: [
    name,
    text("Controller", ({ spec }) => spec.controller ?? ""),
    text("Parameters", ({ spec: { parameters } }) => {
      if (parameters === undefined) return "<none>";
      const group = parameters.apiGroup === undefined ? "" : `.${parameters.apiGroup}`;
      return `${parameters.kind}${group}/${parameters.name}`;
    }),
    age,
  ],
});
