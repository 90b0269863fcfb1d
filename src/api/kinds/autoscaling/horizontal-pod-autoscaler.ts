/** HorizontalPodAutoscaler v2, the stored form: replicas from metrics. */
import { subdomainName } from "../../names/object-name.ts";
import type { Column, Resource } from "../../resource.ts";
import type { KubeObject } from "../../schema/mod.ts";
import {
  HorizontalPodAutoscaler,
  type MetricSpec,
  type MetricStatus,
} from "../../types/autoscaling-v2/mod.ts";
import {
  validateAutoscaler,
  validateAutoscalerStatus,
} from "../../types/autoscaling-v2/horizontal-pod-autoscaler-validation.ts";
import { age, integer, name, text } from "../columns.ts";
import { clearStatusTo, define, keepStatus, statusResetFields, statusSubresource } from "../define.ts";

/** Metrics named in a table row. */
const shown = 2;

/** As upstream prints both versions, from the v2 form. */
export function autoscalerColumns<T extends KubeObject>(
  v2: (object: T) => HorizontalPodAutoscaler,
): readonly Column<T>[] {
  return [
    name,
    text("Reference", (object) => {
      const { kind, name: of } = v2(object).spec.scaleTargetRef;
      return `${kind}/${of}`;
    }),
    text("Targets", (object) => targetsText(v2(object))),
    text("MinPods", (object) => String(v2(object).spec.minReplicas ?? "<unset>")),
    integerText("MaxPods", (object: T) => v2(object).spec.maxReplicas),
    integerText("Replicas", (object: T) => v2(object).status.currentReplicas ?? 0),
    age,
  ];
}

function integerText<T>(title: string, cell: (object: T) => number): Column<T> {
  return { ...integer<T>(title, cell), type: "string" };
}

function targetsText({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec.metrics ?? [];
  if (metrics.length === 0) return "<none>";
  const texts = metrics.map((metric, i) => targetText(metric, status.currentMetrics?.[i]));
  const some = texts.slice(0, shown).join(", ");
  return texts.length > shown ? `${some} + ${texts.length - shown} more...` : some;
}

/** `cpu: 12%/60%`, `3/10 (avg)` */
function targetText(metric: MetricSpec, status: MetricStatus | undefined): string {
  const source =
    metric.resource ?? metric.containerResource ?? metric.pods ?? metric.object ?? metric.external;
  if (source === undefined) return "<unknown type>";
  const kind = (["resource", "containerResource", "pods", "object", "external"] as const).find(
    (one) => metric[one] === source,
  );
  const current = kind && status?.[kind]?.current;
  const { target } = source;
  const byResource = metric.resource ?? metric.containerResource;
  if (byResource !== undefined) {
    if (target.averageValue !== undefined) {
      return `${byResource.name}: ${current?.averageValue ?? "<unknown>"}/${target.averageValue}`;
    }
    const percent = (value: number | undefined, absent: string) =>
      value === undefined ? absent : `${value}%`;
    const now = percent(current?.averageUtilization, "<unknown>");
    return `${byResource.name}: ${now}/${percent(target.averageUtilization, "<auto>")}`;
  }
  if (metric.pods !== undefined)
    return `${current?.averageValue ?? "<unknown>"}/${target.averageValue ?? "0"}`;
  if (target.averageValue !== undefined)
    return `${current?.averageValue ?? "<unknown>"}/${target.averageValue} (avg)`;
  return `${current?.value ?? "<unknown>"}/${target.value ?? "0"}`;
}

export const horizontalPodAutoscalers: Resource<HorizontalPodAutoscaler> = define({
  type: HorizontalPodAutoscaler,
  plural: "horizontalpodautoscalers",
  namespaced: true,
  shortNames: ["hpa"],
  categories: ["all"],
  strategy: {
    name: subdomainName,
    resetFields: statusResetFields,
    prepareForCreate: clearStatusTo({ currentMetrics: null, desiredReplicas: 0 }),
    prepareForUpdate: keepStatus,
    validateCreate: validateAutoscaler,
    validateUpdate: (object, _old, errors) => validateAutoscaler(object, errors),
  },
  status: statusSubresource<HorizontalPodAutoscaler>({ validateUpdate: validateAutoscalerStatus }),
  columns: autoscalerColumns((object) => object),
});
