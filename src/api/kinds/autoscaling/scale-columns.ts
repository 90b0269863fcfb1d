/** What a Scale prints, whatever it scales. */
import type { Column } from "../../resource.ts";
import type { KubeObject } from "../../schema/mod.ts";
import type { Scale } from "../../types/autoscaling-v1/mod.ts";
import { age, integer, name } from "../columns.ts";

export const scaleColumns: readonly Column<KubeObject>[] = [
  name,
  integer("Desired", (object) => (object as Scale).spec.replicas ?? 0),
  integer("Available", (object) => (object as Scale).status.replicas),
  age,
];
