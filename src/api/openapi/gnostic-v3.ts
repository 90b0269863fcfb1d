/** OpenAPI 3 in gnostic's messages (`openapi.v3.Document`): the numbers of what our documents and custom schemas use. */
import { decimal, entries, flag, free, integer, list, message, type Part, text, within } from "./gnostic.ts";
import type { DocumentForm } from "./sliced.ts";

const reference = message(() => ({ $ref: [1, text], summary: [2, text], description: [3, text] }));

/** `SchemaOrReference` and its like: the case 2 is a reference. */
function orReference(part: Part): Part {
  return (writer, number, value) =>
    Object.hasOwn(value as object, "$ref")
      ? within(2, reference)(writer, number, value)
      : within(1, part)(writer, number, value);
}

/** A scalar by its type; objects have no case, and are an empty message. */
const defaultValue: Part = (writer, number, value) => {
  const mark = writer.mark();
  if (typeof value === "number") decimal(writer, 1, value);
  else if (typeof value === "boolean") integer(writer, 2, value);
  else if (typeof value === "string") text(writer, 3, value);
  writer.close(number, mark);
};

const schema: Part = message(() => ({
  nullable: [1, flag],
  externalDocs: [6, message(() => ({ description: [1, text], url: [2, text], "x-": [3, free] }))],
  example: [7, free],
  title: [9, text],
  multipleOf: [10, decimal],
  maximum: [11, decimal],
  exclusiveMaximum: [12, flag],
  minimum: [13, decimal],
  exclusiveMinimum: [14, flag],
  maxLength: [15, integer],
  minLength: [16, integer],
  pattern: [17, text],
  maxItems: [18, integer],
  minItems: [19, integer],
  uniqueItems: [20, flag],
  maxProperties: [21, integer],
  minProperties: [22, integer],
  required: [23, list(text)],
  enum: [24, list(free)],
  type: [25, text],
  allOf: [26, list(anySchema)],
  oneOf: [27, list(anySchema)],
  anyOf: [28, list(anySchema)],
  not: [29, schema],
  items: [30, within(1, anySchema)],
  properties: [31, entries(anySchema)],
  additionalProperties: [
    32,
    (writer, number, value) =>
      (typeof value === "boolean" ? within(2, integer) : within(1, anySchema))(writer, number, value),
  ],
  default: [33, defaultValue],
  description: [34, text],
  format: [35, text],
  "x-": [36, free],
}));

const anySchema: Part = (writer, number, value) => orReference(schema)(writer, number, value);

const content = entries(message(() => ({ schema: [1, anySchema], "x-": [5, free] })));

const parameters = list(
  orReference(
    message(() => ({
      name: [1, text],
      in: [2, text],
      description: [3, text],
      required: [4, flag],
      schema: [10, anySchema],
      "x-": [14, free],
    })),
  ),
);

const requestBody = message(() => ({
  description: [1, text],
  content: [2, content],
  required: [3, flag],
  "x-": [4, free],
}));

const response = message(() => ({ description: [1, text], content: [3, content], "x-": [5, free] }));

const operation = message(() => ({
  tags: [1, list(text)],
  summary: [2, text],
  description: [3, text],
  operationId: [5, text],
  parameters: [6, parameters],
  requestBody: [7, orReference(requestBody)],
  responses: [8, entries(orReference(response), 2)],
  deprecated: [10, flag],
  "x-": [13, free],
}));

const pathItem = message(() => ({
  get: [4, operation],
  put: [5, operation],
  post: [6, operation],
  delete: [7, operation],
  options: [8, operation],
  head: [9, operation],
  patch: [10, operation],
  parameters: [13, parameters],
  "x-": [14, free],
}));

const securityScheme = message(() => ({
  type: [1, text],
  description: [2, text],
  name: [3, text],
  in: [4, text],
  "x-": [9, free],
}));

const components = message(() => ({
  schemas: [1, entries(anySchema)],
  securitySchemes: [7, entries(orReference(securityScheme))],
  "x-": [10, free],
}));

const document = message(() => ({
  openapi: [1, text],
  info: [2, message(() => ({ title: [1, text], description: [2, text], version: [6, text] }))],
  paths: [4, entries(pathItem)],
  components: [5, components],
  security: [6, list(entries(within(1, list(text))))],
  "x-": [9, free],
}));

/** A whole document. */
export const formV3: DocumentForm = { document, sections: { paths: pathItem, "components.schemas": schema } };
