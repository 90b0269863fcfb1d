/**
 * One operation of a path: what it is called, what it takes and answers, written for OpenAPI 2 or 3. Clients
 * read its `x-kubernetes-group-version-kind`, `x-kubernetes-action` and the names of its parameters.
 */
import type { GroupVersionKind } from "../schema/mod.ts";
import type { OpenApiSchema, OpenApiVersion } from "./scalar-schemas.ts";

export type Method = "get" | "put" | "post" | "delete" | "patch";

export type Action =
  | "list"
  | "watchlist"
  | "get"
  | "watch"
  | "put"
  | "post"
  | "patch"
  | "delete"
  | "deletecollection"
  | "connect";

/** An operation before it is written in one version of OpenAPI. */
export interface Operation {
  readonly id: string;
  readonly tag: string;
  readonly action: Action;
  readonly gvk: GroupVersionKind;
  /** Names of query parameters, of `QUERY_PARAMETERS`. */
  readonly query: readonly string[];
  readonly body: OpenApiSchema | undefined;
  readonly bodyTypes: readonly string[];
  /** Absent: the answer is text. */
  readonly answer: OpenApiSchema | undefined;
  /** Success codes. */
  readonly codes: readonly number[];
}

const BOOLEANS = new Set(["allowWatchBookmarks", "force", "sendInitialEvents", "watch", "orphanDependents"]);
const INTEGERS = new Set(["limit", "timeoutSeconds", "gracePeriodSeconds"]);

export const LIST_PARAMETERS: readonly string[] = [
  "allowWatchBookmarks",
  "continue",
  "fieldSelector",
  "labelSelector",
  "limit",
  "resourceVersion",
  "resourceVersionMatch",
  "sendInitialEvents",
  "timeoutSeconds",
  "watch",
];
export const WRITE_PARAMETERS: readonly string[] = ["dryRun", "fieldManager", "fieldValidation"];
export const DELETE_PARAMETERS: readonly string[] = [
  "dryRun",
  "gracePeriodSeconds",
  "orphanDependents",
  "propagationPolicy",
];

const ANSWER_TYPES = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

/** The operation object of a path. */
export function writeOperation(operation: Operation, version: OpenApiVersion): OpenApiSchema {
  const { id, tag, action, gvk } = operation;
  return {
    tags: [tag],
    operationId: id,
    ...(version === 2 ? v2Parts(operation) : v3Parts(operation)),
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": gvk,
  };
}

/** A parameter of the path, which all its operations share. */
export function pathParameter(name: string, version: OpenApiVersion): OpenApiSchema {
  return { name, in: "path", required: true, ...typed("string", version), uniqueItems: true };
}

function v2Parts({ query, body, bodyTypes, answer, codes }: Operation): OpenApiSchema {
  const parameters = query.map((name) => ({ ...queryParameter(name, 2), uniqueItems: true }));
  return {
    consumes: bodyTypes.length === 0 ? ["*/*"] : bodyTypes,
    produces: answer === undefined ? ["text/plain"] : ANSWER_TYPES,
    parameters:
      body === undefined
        ? parameters
        : [{ name: "body", in: "body", required: true, schema: body }, ...parameters],
    responses: responses(codes, { schema: answer ?? { type: "string" } }),
  };
}

function v3Parts({ query, body, bodyTypes, answer, codes }: Operation): OpenApiSchema {
  const content = (types: readonly string[], schema: OpenApiSchema): OpenApiSchema =>
    Object.fromEntries(types.map((type) => [type, { schema }]));
  return {
    parameters: query.map((name) => queryParameter(name, 3)),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: content(bodyTypes.length === 0 ? ["*/*"] : bodyTypes, body),
          },
        }),
    responses: responses(codes, {
      content:
        answer === undefined ? content(["text/plain"], { type: "string" }) : content(ANSWER_TYPES, answer),
    }),
  };
}

const CODE_NAMES: Readonly<Record<number, string>> = { 200: "OK", 201: "Created", 202: "Accepted" };

function responses(codes: readonly number[], answer: OpenApiSchema): OpenApiSchema {
  const good = codes.map((code) => [String(code), { description: CODE_NAMES[code] ?? "", ...answer }]);
  return { ...Object.fromEntries(good), "401": { description: "Unauthorized" } };
}

function queryParameter(name: string, version: OpenApiVersion): OpenApiSchema {
  const type = BOOLEANS.has(name) ? "boolean" : INTEGERS.has(name) ? "integer" : "string";
  return { name, in: "query", ...typed(type, version) };
}

function typed(type: string, version: OpenApiVersion): OpenApiSchema {
  return version === 2 ? { type } : { schema: { type, uniqueItems: true } };
}
