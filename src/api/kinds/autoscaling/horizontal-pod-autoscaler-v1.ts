/** HorizontalPodAutoscaler v1, which knows one metric by field and keeps the rest of v2 in annotations. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { HorizontalPodAutoscaler } from "../../types/autoscaling-v1/mod.ts";
import type { HorizontalPodAutoscaler as Stored } from "../../types/autoscaling-v2/mod.ts";
import {
  validateAutoscaler,
  validateAutoscalerStatus,
} from "../../types/autoscaling-v2/horizontal-pod-autoscaler-validation.ts";
import { clearStatusTo, define, keepStatus, statusResetFields, statusSubresource } from "../define.ts";
import { autoscalerColumns } from "./horizontal-pod-autoscaler.ts";
import { fromV2, toV2 } from "./v1-conversion.ts";

export const horizontalPodAutoscalersV1: Resource<HorizontalPodAutoscaler> = define({
  type: HorizontalPodAutoscaler,
  plural: "horizontalpodautoscalers",
  namespaced: true,
  shortNames: ["hpa"],
  categories: ["all"],
  storage: {
    version: "autoscaling/v2",
    conversion: { toStorage: toV2, fromStorage: (stored) => fromV2(stored as Stored) },
  },
  strategy: {
    name: subdomainName,
    resetFields: statusResetFields,
    prepareForCreate: clearStatusTo({ currentReplicas: 0, desiredReplicas: 0 }),
    prepareForUpdate: keepStatus,
    validateCreate: (object, errors) => validateAutoscaler(toV2(object), errors),
    validateUpdate: (object, _old, errors) => validateAutoscaler(toV2(object), errors),
  },
  status: statusSubresource<HorizontalPodAutoscaler>({ validateUpdate: validateAutoscalerStatus }),
  columns: autoscalerColumns(toV2),
});
