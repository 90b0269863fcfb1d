/** The scalars of the API in both versions of OpenAPI: in place, or as a named definition. */
import type { ScalarName } from "../schema/mod.ts";

export type OpenApiVersion = 2 | 3;
export type OpenApiSchema = Readonly<Record<string, unknown>>;

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

/** A scalar that has a definition of its own. */
export interface NamedScalar {
  readonly name: string;
  schema(version: OpenApiVersion): OpenApiSchema;
}

const dateTime = (): OpenApiSchema => ({ type: "string", format: "date-time" });
const object = (): OpenApiSchema => ({ type: "object" });

const NAMED: Partial<Record<ScalarName, NamedScalar>> = {
  quantity: {
    name: "io.k8s.apimachinery.pkg.api.resource.Quantity",
    schema: (version) =>
      version === 2 ? { type: "string" } : { oneOf: [{ type: "string" }, { type: "number" }] },
  },
  intOrString: {
    name: "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
    schema: (version) =>
      version === 2
        ? { type: "string", format: "int-or-string" }
        : { format: "int-or-string", oneOf: [{ type: "integer" }, { type: "string" }] },
  },
  time: { name: `${META}.Time`, schema: dateTime },
  microTime: { name: `${META}.MicroTime`, schema: dateTime },
  duration: { name: `${META}.Duration`, schema: () => ({ type: "string" }) },
  fieldsV1: { name: `${META}.FieldsV1`, schema: object },
  rawExtension: { name: "io.k8s.apimachinery.pkg.runtime.RawExtension", schema: object },
  json: { name: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON", schema: () => ({}) },
};

export function namedScalar(name: ScalarName): NamedScalar | undefined {
  return NAMED[name];
}

/** The schema of a scalar without a name. */
export function plainScalar(name: ScalarName): OpenApiSchema {
  switch (name) {
    case "bool":
      return { type: "boolean" };
    case "int32":
    case "int64":
      return { type: "integer", format: name };
    case "double":
      return { type: "number", format: "double" };
    case "bytes":
      return { type: "string", format: "byte" };
    case "any":
      return { "x-kubernetes-preserve-unknown-fields": true };
    default:
      return { type: "string" };
  }
}

/** What a value that is always there is without being set; version 3 alone publishes it. */
export function zeroOfScalar(name: ScalarName): unknown {
  switch (name) {
    case "bool":
      return false;
    case "int32":
    case "int64":
    case "double":
      return 0;
    case "string":
      return "";
    default:
      return undefined;
  }
}
