/** Lease: who leads or lives, renewed often. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { Lease } from "../../types/coordination/mod.ts";
import { validateLease } from "../../types/coordination/lease-validation.ts";
import { age, name, text } from "../columns.ts";
import { define } from "../define.ts";

export const leases: Resource<Lease> = define({
  type: Lease,
  plural: "leases",
  namespaced: true,
  strategy: {
    name: subdomainName,
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: false,
    validateCreate: validateLease,
    validateUpdate: (object, _old, errors) => validateLease(object, errors),
  },
  columns: [name, text("Holder", ({ spec }) => spec.holderIdentity ?? ""), age],
});
