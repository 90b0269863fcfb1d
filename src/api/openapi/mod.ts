/** OpenAPI documents, version 2 and 3. The door re-exports by name. */
export { OpenApi, type OpenApiDeps, type OpenApiDocument, type OpenApiOptions } from "./openapi.ts";
export type { Describe } from "./schema-builder.ts";
