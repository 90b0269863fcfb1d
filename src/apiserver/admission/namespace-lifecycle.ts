/** NamespaceLifecycle: nothing is made in a namespace that does not exist, or that is being deleted. */
import { type Namespace, notFound, StatusError } from "#api";
import type { AdmissionPlugin } from "./admission.ts";

/** Asking what one may do is allowed in any namespace. */
const exempt = new Set(["localsubjectaccessreviews"]);

export const namespaceLifecycle: AdmissionPlugin = {
  operations: ["CREATE"],
  validate({ resource, namespace, name }, { objects }) {
    if (namespace === "" || !resource.namespaced || exempt.has(resource.plural)) return;
    const found = objects.get<Namespace>("", "namespaces", "", namespace);
    if (found === undefined) throw notFound({ group: "", plural: "namespaces" }, namespace);
    if (found.status.phase !== "Terminating") return;
    const qualified = resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
    const detail = `unable to create new content in namespace ${namespace} because it is being terminated`;
    const cause = {
      reason: "NamespaceTerminating",
      message: `namespace ${namespace} is being terminated`,
      field: "metadata.namespace",
    };
    throw new StatusError(403, "Forbidden", `${qualified} "${name}" is forbidden: ${detail}`, {
      name,
      ...(resource.group === "" ? {} : { group: resource.group }),
      kind: resource.plural,
      causes: [cause],
    });
  },
};
