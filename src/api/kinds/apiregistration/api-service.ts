/** APIService: where a group and version is served, here or by an aggregated server. */
import { pathSegmentName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { rfc3339 } from "../../time.ts";
import { APIService } from "../../types/apiregistration/mod.ts";
import {
  validateApiService,
  validateApiServiceStatus,
} from "../../types/apiregistration/api-service-validation.ts";
import { age, name, text } from "../columns.ts";
import { clearStatus, define, keepStatus, statusOnlyResetFields, statusSubresource } from "../define.ts";

export const apiServices: Resource<APIService> = define({
  type: APIService,
  plural: "apiservices",
  namespaced: false,
  categories: ["api-extensions"],
  storage: { prefix: "/registry/apiregistration.k8s.io/apiservices" },
  strategy: {
    allowUnconditionalUpdate: false,
    name: pathSegmentName,
    resetFields: statusOnlyResetFields,
    prepareForCreate(draft, { now }) {
      clearStatus(draft);
      if (draft.spec.service === undefined) draft.status.conditions = [availableAt(now)];
    },
    prepareForUpdate: keepStatus,
    metadataOnUpdate: ["changes", "whole"],
    validateCreate: validateApiService,
    validateUpdate: (object, _old, errors) => validateApiService(object, errors),
  },
  status: statusSubresource<APIService>({
    keeps: "metadata",
    validateUpdate: (object, _old, errors) => validateApiServiceStatus(object, errors),
  }),
  columns: [
    name,
    text("Service", ({ spec: { service } }) => (service ? `${service.namespace}/${service.name}` : "Local")),
    text("Available", (object) => available(object)),
    age,
  ],
});

/** What no other server serves is there. */
function availableAt(now: number): NonNullable<APIService["status"]["conditions"]>[number] {
  return {
    type: "Available",
    status: "True",
    lastTransitionTime: rfc3339(now),
    reason: "Local",
    message: "Local APIServices are always available",
  };
}

function available({ status }: APIService): string {
  const condition = status.conditions?.find((one) => one.type === "Available");
  if (condition === undefined) return "Unknown";
  if (condition.status === "True" || !condition.reason) return condition.status;
  return `${condition.status} (${condition.reason})`;
}
