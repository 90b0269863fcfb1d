/** ServiceAccount: who a pod is. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { ServiceAccount } from "../../types/core/mod.ts";
import { age, name } from "../columns.ts";
import { define } from "../define.ts";

export const serviceAccounts: Resource<ServiceAccount> = define({
  type: ServiceAccount,
  plural: "serviceaccounts",
  namespaced: true,
  shortNames: ["sa"],
  strategy: {
    allowUnconditionalUpdate: false,
    name: subdomainName,
  },
  actions: {
    token: { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", verbs: ["create"] },
  },
  columns: [name, age],
});
