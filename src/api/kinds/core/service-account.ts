/** ServiceAccount: who a pod is. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { ServiceAccount } from "../../types/core/mod.ts";
import { age, name } from "../columns.ts";
import { define } from "../define.ts";

const mountable = "kubernetes.io/enforce-mountable-secrets";

export const serviceAccounts: Resource<ServiceAccount> = define({
  type: ServiceAccount,
  plural: "serviceaccounts",
  namespaced: true,
  shortNames: ["sa"],
  strategy: {
    warnings: ({ metadata }, old) =>
      metadata.annotations?.[mountable] === undefined || old?.metadata.annotations?.[mountable] !== undefined
        ? []
        : [
            `metadata.annotations[${mountable}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
          ],
    allowUnconditionalUpdate: false,
    name: subdomainName,
    prepareForCreate: nameSecrets,
    prepareForUpdate: nameSecrets,
    metadataOnUpdate: ["changes", "whole"],
  },
  actions: {
    token: { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", verbs: ["create"] },
  },
  columns: [name, age],
});

/** Of its secrets an account knows the names alone. */
function nameSecrets(draft: ServiceAccount): void {
  if (draft.secrets) draft.secrets = draft.secrets.map(({ name: of }) => (of ? { name: of } : {}));
}
