/** OpenAPI 2 in gnostic's messages (`openapi.v2.Document`): the numbers of what our documents and custom schemas use. */
import { decimal, entries, flag, free, integer, list, message, type Rows, text, within } from "./gnostic.ts";
import type { DocumentForm } from "./sliced.ts";

const externalDocs = message(() => ({ description: [1, text], url: [2, text], "x-": [3, free] }));

const schema = message(() => ({
  $ref: [1, text],
  format: [2, text],
  title: [3, text],
  description: [4, text],
  default: [5, free],
  multipleOf: [6, decimal],
  maximum: [7, decimal],
  exclusiveMaximum: [8, flag],
  minimum: [9, decimal],
  exclusiveMinimum: [10, flag],
  maxLength: [11, integer],
  minLength: [12, integer],
  pattern: [13, text],
  maxItems: [14, integer],
  minItems: [15, integer],
  uniqueItems: [16, flag],
  maxProperties: [17, integer],
  minProperties: [18, integer],
  required: [19, list(text)],
  enum: [20, list(free)],
  additionalProperties: [
    21,
    (writer, number, value) =>
      (typeof value === "boolean" ? within(2, integer) : within(1, schema))(writer, number, value),
  ],
  type: [22, within(1, text)],
  items: [23, within(1, schema)],
  allOf: [24, list(schema)],
  properties: [25, entries(schema)],
  externalDocs: [29, externalDocs],
  example: [30, free],
  "x-": [31, free],
}));

const bodyParameter = message(() => ({
  description: [1, text],
  name: [2, text],
  in: [3, text],
  required: [4, flag],
  schema: [5, schema],
  "x-": [6, free],
}));

/** Of a query parameter; that of a path has no `allowEmptyValue`, so its numbers are one lower from there on. */
const parameterRows = (shift: number): Rows => ({
  required: [1, flag],
  in: [2, text],
  description: [3, text],
  name: [4, text],
  type: [6 - shift, text],
  format: [7 - shift, text],
  uniqueItems: [20 - shift, flag],
});
const queryParameter = within(
  3,
  message(() => parameterRows(0)),
);
const pathParameter = within(
  4,
  message(() => parameterRows(1)),
);

const parameters = list((writer, number, value) => {
  const place = (value as { readonly in: string }).in;
  const part =
    place === "body"
      ? within(1, bodyParameter)
      : within(2, place === "path" ? pathParameter : queryParameter);
  within(1, part)(writer, number, value);
});

const response = message(() => ({ description: [1, text], schema: [2, within(1, schema)], "x-": [5, free] }));

const security = list(entries(within(1, list(text))));

const operation = message(() => ({
  tags: [1, list(text)],
  summary: [2, text],
  description: [3, text],
  externalDocs: [4, externalDocs],
  operationId: [5, text],
  produces: [6, list(text)],
  consumes: [7, list(text)],
  parameters: [8, parameters],
  responses: [9, entries(within(1, response))],
  schemes: [10, list(text)],
  deprecated: [11, flag],
  security: [12, security],
  "x-": [13, free],
}));

const pathItem = message(() => ({
  get: [2, operation],
  put: [3, operation],
  post: [4, operation],
  delete: [5, operation],
  options: [6, operation],
  head: [7, operation],
  patch: [8, operation],
  parameters: [9, parameters],
  "x-": [10, free],
}));

const apiKey = message(() => ({
  type: [1, text],
  name: [2, text],
  in: [3, text],
  description: [4, text],
  "x-": [5, free],
}));

const document = message(() => ({
  swagger: [1, text],
  info: [2, message(() => ({ title: [1, text], version: [2, text], description: [3, text] }))],
  paths: [8, entries(pathItem, 2)],
  definitions: [9, entries(schema)],
  security: [12, security],
  securityDefinitions: [13, entries(within(2, apiKey))],
  "x-": [16, free],
}));

/** A whole document. */
export const formV2: DocumentForm = { document, sections: { paths: pathItem, definitions: schema } };
