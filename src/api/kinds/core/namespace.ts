/** Namespace: the scope of names, which goes away through finalization. */
import { labelName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { Namespace } from "../../types/core/mod.ts";
import { defaultNamespace } from "../../types/core/namespace-defaults.ts";
import { validateNamespaceFinalizers } from "../../types/core/namespace-validation.ts";
import { age, name, text } from "../columns.ts";
import { clearStatus, define, statusResetFields } from "../define.ts";

export const namespaces: Resource<Namespace> = define({
  type: Namespace,
  plural: "namespaces",
  namespaced: false,
  shortNames: ["ns"],
  verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
  strategy: {
    name: labelName,
    resetFields: statusResetFields,
    prepareForCreate(draft) {
      clearStatus(draft);
      draft.status.phase = "Active";
      const finalizers = draft.spec.finalizers ?? [];
      if (!finalizers.includes("kubernetes")) draft.spec.finalizers = [...finalizers, "kubernetes"];
      defaultNamespace(draft);
    },
    prepareForUpdate(draft, old) {
      draft.spec = old.spec;
      draft.status = old.status;
    },
  },
  status: {
    verbs: ["get", "patch", "update"],
    prepareForUpdate(draft, old) {
      draft.spec = old.spec;
    },
    validateUpdate(object, _old, errors) {
      const isDeleted = Boolean(object.metadata.deletionTimestamp);
      const expected = isDeleted ? "Terminating" : "Active";
      const { phase = "Active" } = object.status;
      if (phase === expected) return;
      const when = `\`deletionTimestamp\` is ${isDeleted ? "not " : ""}empty`;
      errors.invalid("status.Phase", phase, `may only be '${expected}' if ${when}`);
    },
  },
  objectSubresources: {
    finalize: {
      verbs: ["update"],
      prepareForUpdate(draft, old) {
        draft.status = old.status;
      },
      validateUpdate: (object, _old, errors) => validateNamespaceFinalizers(object.spec, errors),
    },
  },
  selectableFields: { "status.phase": ({ status }) => status.phase ?? "" },
  columns: [name, text("Status", ({ status }) => status.phase ?? ""), age],
});
