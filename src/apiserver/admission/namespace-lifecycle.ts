/** Nothing is created in a namespace that is absent (404) or going away (403). */
import { type Namespace, StatusError, forbidden, notFound } from "#api";
import type { AdmissionPlugin } from "./admission.ts";

/** Asked of the server itself, about anybody's namespace. */
const ACCESS_REVIEW = "localsubjectaccessreviews";

export const namespaceLifecycle: AdmissionPlugin = {
  operations: ["CREATE"],
  validate({ resource, namespace, name }, { objects }) {
    if (!resource.namespaced || resource.plural === ACCESS_REVIEW) return;
    const found = objects.get<Namespace>("", "namespaces", "", namespace);
    if (found === undefined) throw notFound({ group: "", plural: "namespaces" }, namespace);
    if (found.status.phase !== "Terminating" && !found.metadata.deletionTimestamp) return;
    const detail = `unable to create new content in namespace ${namespace} because it is being terminated`;
    const refused = forbidden(resource, name, detail);
    const causes = [
      {
        reason: "NamespaceTerminating",
        message: `namespace ${namespace} is being terminated`,
        field: "metadata.namespace",
      },
    ];
    throw new StatusError(403, "Forbidden", refused.message, { ...refused.details, causes });
  },
};
