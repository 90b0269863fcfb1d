/** Cells that many kinds print alike: name, age, labels, containers, and lists that are cut short. */
import { ageOf } from "../human-duration.ts";
import type { Column } from "../resource.ts";
import type { KubeObject } from "../schema/mod.ts";
import type { PodSpec } from "../types/core/mod.ts";
import type { LabelSelector } from "../types/meta/mod.ts";

export const name: Column<KubeObject> = {
  name: "Name",
  type: "string",
  format: "name",
  cell: (object) => object.metadata.name ?? "",
};

export const age: Column<KubeObject> = {
  name: "Age",
  type: "string",
  cell: (object, now) => ageOf(object.metadata.creationTimestamp, now),
};

/** For the kinds without a printer of their own. */
export const createdAt: Column<KubeObject> = {
  name: "Created At",
  type: "date",
  cell: (object) => object.metadata.creationTimestamp ?? null,
};

type Cell<T> = { cell(object: T, now: number): string | number | boolean | null }["cell"];

export function text<T>(title: string, cell: Cell<T>): Column<T> {
  return { name: title, type: "string", cell };
}

/** Shown with `-o wide`. */
export function wide<T>(title: string, cell: Cell<T>): Column<T> {
  return { name: title, type: "string", priority: 1, cell };
}

export function integer<T>(title: string, cell: Cell<T>): Column<T> {
  return { name: title, type: "integer", cell };
}

/** `a=b,c=d` in key order, `<none>` when empty. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? "<none>" : pairs.sort().join(",");
}

/** A selector as kubectl prints it: `a=b,c in (d,e),!f`; `<none>` when it selects by nothing. */
export function selectorText(selector: LabelSelector | undefined): string {
  const pairs = Object.entries(selector?.matchLabels ?? {}).map(([key, value]): [string, string] => [
    key,
    `${key}=${value}`,
  ]);
  const terms = (selector?.matchExpressions ?? []).map(({ key, operator, values }): [string, string] => {
    const list = `(${[...(values ?? [])].sort().join(",")})`;
    if (operator === "In") return [key, `${key} in ${list}`];
    if (operator === "NotIn") return [key, `${key} notin ${list}`];
    return [key, operator === "Exists" ? key : `!${key}`];
  });
  const sorted = [...pairs, ...terms].sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  return sorted.length === 0 ? "<none>" : sorted.map(([, one]) => one).join(",");
}

/** Containers and Images of a pod template, for `-o wide`. */
export function templateColumns<T>(spec: (object: T) => PodSpec | undefined): readonly Column<T>[] {
  const containers = (object: T) => spec(object)?.containers ?? [];
  return [
    wide("Containers", (object) =>
      containers(object)
        .map((one) => one.name)
        .join(","),
    ),
    wide("Images", (object) =>
      containers(object)
        .map((one) => one.image ?? "")
        .join(","),
    ),
  ];
}

/** `a,b,c + 2 more...`. */
export function firstOf(items: readonly string[], most: number): string {
  if (items.length <= most) return items.join(",");
  return `${items.slice(0, most).join(",")} + ${items.length - most} more...`;
}

interface BalancerPoint {
  readonly ip?: string;
  readonly hostname?: string;
}

/** Where balancers answer, each address once and in order. */
export function balancersOf(points: readonly BalancerPoint[] | null | undefined): readonly string[] {
  const all = (points ?? []).map(({ ip, hostname }) => ip || hostname || "");
  return [...new Set(all)].filter((one) => one !== "").sort();
}

/** `True` or `False`. */
export function flag(value: boolean | undefined): string {
  return value ? "True" : "False";
}
