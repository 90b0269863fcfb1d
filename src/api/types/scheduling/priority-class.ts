/**
 * Priority classes.
 * A table of scheduling.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  always,
  bool,
  int32,
  kind,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
} from "../../schema/mod.ts";
import { PreemptionPolicy } from "../core/pod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { defaultPriorityClass } from "./priority-class-defaults.ts";

export interface PriorityClass extends Shape<typeof PriorityClass>, Plain {}
export const PriorityClass = kind<PriorityClass>("scheduling.k8s.io/v1", "PriorityClass")(
  {
    metadata: struct(1, ObjectMeta),
    value: always(2, int32),
    globalDefault: omitempty(3, bool),
    description: omitempty(4, string),
    preemptionPolicy: optional(5, PreemptionPolicy),
  },
  { default: defaultPriorityClass },
);

export type PriorityClassList = KubeList<PriorityClass>;
export const PriorityClassList = kindList(PriorityClass);
