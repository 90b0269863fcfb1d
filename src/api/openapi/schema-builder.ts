/**
 * OpenAPI schemas from type tables. A builder collects the definitions that it refers to, so a document has
 * what its resources need and no more.
 */
import type { Field, Schema, Type, Union } from "../schema/mod.ts";
import {
  namedScalar,
  type OpenApiSchema,
  type OpenApiVersion,
  plainScalar,
  zeroOfScalar,
} from "./scalar-schemas.ts";
import type { SchemaNames } from "./schema-names.ts";

/** Texts for people, by definition (`io.k8s.api.core.v1.Pod`) and field. */
export type Describe = (definition: string, field: string | undefined) => string | undefined;

export class SchemaBuilder {
  readonly version: OpenApiVersion;
  readonly names: SchemaNames;
  readonly describe: Describe;
  readonly #definitions = new Map<string, OpenApiSchema>();

  constructor(version: OpenApiVersion, names: SchemaNames, describe: Describe) {
    this.version = version;
    this.names = names;
    this.describe = describe;
  }

  /** All definitions that were referred to, by name. */
  definitions(): Readonly<Record<string, OpenApiSchema>> {
    const sorted = [...this.#definitions].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted);
  }

  /** A schema that refers to `schema` by name where it has one. */
  of(schema: Schema): OpenApiSchema {
    switch (schema.form) {
      case "message":
      case "union": {
        const name = this.names.of(schema);
        if (name === undefined) return schema.form === "message" ? this.#message(schema, "") : {};
        return this.define(name, () =>
          schema.form === "message" ? this.#message(schema, name) : this.#union(schema, name),
        );
      }
      case "list":
        return { type: "array", items: this.#element(schema.items), ...listExtensions(schema) };
      case "map":
        return {
          type: "object",
          additionalProperties: this.#element(schema.values),
          ...(schema.topology === undefined ? {} : { "x-kubernetes-map-type": schema.topology }),
        };
      case "scalar": {
        const named = namedScalar(schema.name);
        if (named !== undefined) {
          return this.define(named.name, () => ({
            ...this.described(named.name),
            ...named.schema(this.version),
          }));
        }
        return {
          ...plainScalar(schema.name),
          ...(schema.values === undefined || schema.isOpen ? {} : { enum: [...schema.values].sort() }),
        };
      }
    }
  }

  /** A reference to a definition, which is made on first use. */
  define(name: string, make: () => OpenApiSchema): OpenApiSchema {
    if (!this.#definitions.has(name)) {
      this.#definitions.set(name, {}); // recursive types refer to themselves
      this.#definitions.set(name, make());
    }
    return { $ref: this.version === 2 ? `#/definitions/${name}` : `#/components/schemas/${name}` };
  }

  #message(type: Type, name: string): OpenApiSchema {
    const properties: Record<string, OpenApiSchema> = {};
    const required: string[] = [];
    for (const field of [...type.fields.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      properties[field.name] = this.#field(field, name);
      if (field.required) required.push(field.name);
    }
    return {
      ...this.described(name),
      type: "object",
      ...(Object.keys(properties).length === 0 ? {} : { properties }),
      ...(required.length === 0 ? {} : { required }),
      ...(type.gvk === undefined ? {} : { "x-kubernetes-group-version-kind": [type.gvk] }),
      ...(type.atomic ? { "x-kubernetes-map-type": "atomic" } : {}),
      ...(type.keepsUnknown ? { "x-kubernetes-preserve-unknown-fields": true } : {}),
    };
  }

  /** Any of several JSON forms, which OpenAPI 2 cannot say and upstream does not. */
  #union(union: Union, name: string): OpenApiSchema {
    for (const one of union.cases) this.of(one.of);
    return this.described(name);
  }

  #field(field: Field, definition: string): OpenApiSchema {
    const more = {
      ...this.described(definition, field.name),
      ...this.#default(field),
      ...(field.topology === undefined ? {} : { "x-kubernetes-map-type": field.topology }),
      ...(field.mergeKey === undefined ? {} : { "x-kubernetes-patch-merge-key": field.mergeKey }),
      ...(field.patch === undefined ? {} : { "x-kubernetes-patch-strategy": field.patch }),
    };
    return this.#with(this.of(field.of), more);
  }

  /** List items and map values are always there. */
  #element(schema: Schema): OpenApiSchema {
    return this.#with(this.of(schema), this.version === 3 ? defaulted(zeroOf(schema)) : {});
  }

  #default(field: Field): OpenApiSchema {
    if (field.default !== undefined) return { default: field.default };
    const present = field.presence === "field" || field.presence === "struct" || field.presence === "always";
    return this.version === 3 && present && field.number > 0 ? defaulted(zeroOf(field.of)) : {};
  }

  /** OpenAPI 3 allows nothing beside `$ref`. */
  #with(schema: OpenApiSchema, more: OpenApiSchema): OpenApiSchema {
    if (Object.keys(more).length === 0) return schema;
    return this.version === 3 && "$ref" in schema ? { allOf: [schema], ...more } : { ...schema, ...more };
  }

  /** The description of a definition or a field, where there is one. */
  described(definition: string, field?: string): OpenApiSchema {
    const description = definition === "" ? undefined : this.describe(definition, field);
    return description === undefined ? {} : { description };
  }
}

function listExtensions({
  topology,
  keys,
}: {
  readonly topology?: string;
  readonly keys: readonly string[];
}): OpenApiSchema {
  if (topology === undefined) return {};
  return {
    ...(keys.length === 0 ? {} : { "x-kubernetes-list-map-keys": keys }),
    "x-kubernetes-list-type": topology,
  };
}

function zeroOf(schema: Schema): unknown {
  if (schema.form === "message") return {};
  return schema.form === "scalar" ? zeroOfScalar(schema.name) : undefined;
}

function defaulted(value: unknown): OpenApiSchema {
  return value === undefined ? {} : { default: value };
}
