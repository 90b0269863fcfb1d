/**
 * One operation of a path: what it is called, what it takes and answers, written for OpenAPI 2 or 3. Clients
 * read its `x-kubernetes-group-version-kind`, `x-kubernetes-action` and the names of its parameters.
 */
import type { GroupVersionKind } from "../schema/mod.ts";
import type { Parameter } from "./parameters.ts";
import type { OpenApiSchema, OpenApiVersion } from "./scalar-schemas.ts";

export type Method = "get" | "put" | "post" | "delete" | "patch" | "head" | "options";

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
  readonly description: string;
  /** Absent for what is no resource. */
  readonly action?: Action;
  readonly gvk?: GroupVersionKind;
  readonly query: readonly Parameter[];
  readonly body?: OpenApiSchema;
  readonly bodyTypes?: readonly string[];
  /** Absent: the answer is text. */
  readonly answer: OpenApiSchema | undefined;
  readonly answerTypes?: readonly string[];
  /** Success codes. */
  readonly codes: readonly number[];
}

const ANSWER_TYPES = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

/** The operation object of a path. */
export function writeOperation(operation: Operation, version: OpenApiVersion): OpenApiSchema {
  const { id, tag, description, action, gvk } = operation;
  return {
    tags: [tag],
    description,
    operationId: id,
    ...(version === 2 ? v2Parts(operation) : v3Parts(operation)),
    ...(action === undefined ? {} : { "x-kubernetes-action": action }),
    ...(gvk === undefined ? {} : { "x-kubernetes-group-version-kind": gvk }),
  };
}

/** A parameter as it stands in a document; those of a path are required. */
export function writeParameter(
  { name, type, description }: Parameter,
  place: "path" | "query",
  version: OpenApiVersion,
): OpenApiSchema {
  return {
    name,
    in: place,
    ...(description === undefined ? {} : { description }),
    ...(place === "path" ? { required: true } : {}),
    ...(version === 2 ? { type, uniqueItems: true } : { schema: { type, uniqueItems: true } }),
  };
}

function v2Parts(operation: Operation): OpenApiSchema {
  const { query, body, bodyTypes = ["*/*"], answer, codes } = operation;
  const parameters = query.map((one) => writeParameter(one, "query", 2));
  return {
    consumes: bodyTypes,
    produces: answerTypes(operation),
    parameters:
      body === undefined
        ? parameters
        : [{ name: "body", in: "body", required: true, schema: body }, ...parameters],
    responses: responses(codes, { schema: answer ?? { type: "string" } }),
  };
}

function v3Parts(operation: Operation): OpenApiSchema {
  const { query, body, bodyTypes = ["*/*"], answer, codes } = operation;
  const content = (types: readonly string[], schema: OpenApiSchema): OpenApiSchema =>
    Object.fromEntries(types.map((type) => [type, { schema }]));
  return {
    parameters: query.map((one) => writeParameter(one, "query", 3)),
    ...(body === undefined ? {} : { requestBody: { required: true, content: content(bodyTypes, body) } }),
    responses: responses(codes, { content: content(answerTypes(operation), answer ?? { type: "string" }) }),
  };
}

function answerTypes({ answer, answerTypes: own }: Operation): readonly string[] {
  return own ?? (answer === undefined ? ["text/plain"] : ANSWER_TYPES);
}

const CODE_NAMES: Readonly<Record<number, string>> = { 200: "OK", 201: "Created", 202: "Accepted" };

function responses(codes: readonly number[], answer: OpenApiSchema): OpenApiSchema {
  const good = codes.map((code) => [String(code), { description: CODE_NAMES[code] ?? "", ...answer }]);
  return { ...Object.fromEntries(good), "401": { description: "Unauthorized" } };
}
