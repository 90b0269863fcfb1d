/** The two configurations of admission webhooks. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import {
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from "../../types/admissionregistration/mod.ts";
import {
  validateMutatingWebhooks,
  validateValidatingWebhooks,
} from "../../types/admissionregistration/webhook-validation.ts";
import { age, integer, name } from "../columns.ts";
import { define } from "../define.ts";

export const mutatingWebhookConfigurations: Resource<MutatingWebhookConfiguration> = define({
  type: MutatingWebhookConfiguration,
  plural: "mutatingwebhookconfigurations",
  namespaced: false,
  categories: ["api-extensions"],
  strategy: {
    allowUnconditionalUpdate: false,
    name: subdomainName,
    anyFinalizer: true,
    generationOf: ["webhooks"],
    metadataOnUpdate: ["whole"],
    validateCreate: validateMutatingWebhooks,
    validateUpdate: (object, _old, errors) => validateMutatingWebhooks(object, errors),
  },
  columns: [name, integer("Webhooks", ({ webhooks }) => webhooks?.length ?? 0), age],
});

export const validatingWebhookConfigurations: Resource<ValidatingWebhookConfiguration> = define({
  type: ValidatingWebhookConfiguration,
  plural: "validatingwebhookconfigurations",
  namespaced: false,
  categories: ["api-extensions"],
  strategy: {
    allowUnconditionalUpdate: false,
    name: subdomainName,
    anyFinalizer: true,
    generationOf: ["webhooks"],
    metadataOnUpdate: ["whole"],
    validateCreate: validateValidatingWebhooks,
    validateUpdate: (object, _old, errors) => validateValidatingWebhooks(object, errors),
  },
  columns: [name, integer("Webhooks", ({ webhooks }) => webhooks?.length ?? 0), age],
});
