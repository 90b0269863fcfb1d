/**
 * Namespaces.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  by,
  enumOf,
  known,
  field,
  kind,
  message,
  nullable,
  omitempty,
  type Plain,
  type Shape,
  string,
  struct,
  time,
  type Value,
} from "../../schema/mod.ts";
import { ConditionStatus } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { defaultNamespace } from "./namespace-defaults.ts";

export type FinalizerName = Value<typeof FinalizerName>;
export const FinalizerName = known("kubernetes");

export interface NamespaceSpec extends Shape<typeof NamespaceSpec>, Plain {}
export const NamespaceSpec = message<NamespaceSpec>("NamespaceSpec")({
  finalizers: omitempty(1, atomic(FinalizerName)),
});

export type NamespaceConditionType = Value<typeof NamespaceConditionType>;
export const NamespaceConditionType = known(
  "NamespaceContentRemaining",
  "NamespaceDeletionContentFailure",
  "NamespaceDeletionDiscoveryFailure",
  "NamespaceDeletionGroupVersionParsingFailure",
  "NamespaceFinalizersRemaining",
);

export interface NamespaceCondition extends Shape<typeof NamespaceCondition>, Plain {}
export const NamespaceCondition = message<NamespaceCondition>("NamespaceCondition")({
  type: field(1, NamespaceConditionType),
  status: field(2, ConditionStatus),
  lastTransitionTime: nullable(4, time),
  reason: omitempty(5, string),
  message: omitempty(6, string),
});

export type NamespacePhase = Value<typeof NamespacePhase>;
export const NamespacePhase = enumOf("Active", "Terminating");

export interface NamespaceStatus extends Shape<typeof NamespaceStatus>, Plain {}
export const NamespaceStatus = message<NamespaceStatus>("NamespaceStatus")({
  phase: omitempty(1, NamespacePhase),
  conditions: omitempty(2, by("type", NamespaceCondition), { patch: "merge" }),
});

export interface Namespace extends Shape<typeof Namespace>, Plain {}
export const Namespace = kind<Namespace>("v1", "Namespace")(
  {
    metadata: struct(1, ObjectMeta),
    spec: struct(2, NamespaceSpec),
    status: struct(3, NamespaceStatus),
  },
  { default: defaultNamespace },
);

export type NamespaceList = KubeList<Namespace>;
export const NamespaceList = kindList(Namespace);
