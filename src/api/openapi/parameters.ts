/** What queries may say: the parameters of each action, and those of a type of options (`PodLogOptions`). */
import type { Field, Type } from "../schema/mod.ts";
import type { Action } from "./operation.ts";
import type { Describe } from "./schema-builder.ts";

export interface Parameter {
  readonly name: string;
  readonly type: "string" | "boolean" | "integer";
  readonly description?: string;
}

/** Under this name texts are kept for parameters that belong to no type. */
const PARAMETERS = "parameters";

const BOOLEANS = new Set([
  "allowWatchBookmarks",
  "force",
  "ignoreStoreReadErrorWithClusterBreakingPotential",
  "orphanDependents",
  "sendInitialEvents",
  "watch",
]);
const INTEGERS = new Set(["gracePeriodSeconds", "limit", "timeoutSeconds"]);

const SELECTION = [
  "continue",
  "fieldSelector",
  "labelSelector",
  "limit",
  "resourceVersion",
  "resourceVersionMatch",
  "sendInitialEvents",
  "shardSelector",
  "timeoutSeconds",
];
const WRITE = ["dryRun", "fieldManager", "fieldValidation"];
const LIST = ["allowWatchBookmarks", ...SELECTION, "watch"];
const DELETE = [
  "dryRun",
  "gracePeriodSeconds",
  "ignoreStoreReadErrorWithClusterBreakingPotential",
  "orphanDependents",
  "propagationPolicy",
];

const OF_ACTION: Readonly<Record<Action, readonly string[]>> = {
  list: LIST,
  watch: LIST,
  watchlist: LIST,
  get: [],
  put: WRITE,
  post: WRITE,
  patch: [...WRITE, "force"],
  delete: DELETE,
  deletecollection: [...SELECTION, ...DELETE],
  connect: [],
};

/** `pretty`, and what the action takes. */
export function parametersOf(action: Action, describe: Describe): readonly Parameter[] {
  return ["pretty", ...OF_ACTION[action]].map((name) => ({
    name,
    type: BOOLEANS.has(name) ? "boolean" : INTEGERS.has(name) ? "integer" : "string",
    ...described(describe(PARAMETERS, name)),
  }));
}

/** The fields of a type of options; upstream leaves out times. */
export function parametersOfOptions(options: Type, describe: Describe): readonly Parameter[] {
  return [...options.fields.values()]
    .filter(({ of, number }) => number > 0 && !(of.form === "scalar" && of.name === "time"))
    .map((field) => ({
      name: field.name,
      type: typeOf(field),
      ...described(describe(options.name, field.name)),
    }));
}

/** A part of a path. */
export function pathParameter(name: string, kind: string, describe: Describe): Parameter {
  if (name === "name") return { name, type: "string", description: `name of the ${kind}` };
  return { name, type: "string", ...described(describe(PARAMETERS, name)) };
}

function described(description: string | undefined): Pick<Parameter, "description"> {
  return description === undefined ? {} : { description };
}

function typeOf({ of }: Field): Parameter["type"] {
  if (of.form !== "scalar") return "string";
  if (of.name === "bool") return "boolean";
  return of.name === "int32" || of.name === "int64" ? "integer" : "string";
}
