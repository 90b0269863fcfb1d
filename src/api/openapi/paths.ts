/** The paths of a resource with their operations: collection, all namespaces, object, subresources. */
import { type Subresource, subresourcesOf } from "../discovery/subresources.ts";
import type { Resource } from "../resource.ts";
import type { GroupVersionKind, Type } from "../schema/mod.ts";
import { meta } from "../types/mod.ts";
import { kindList } from "../types/meta/kind-list.ts";
import {
  type Action,
  DELETE_PARAMETERS,
  LIST_PARAMETERS,
  type Method,
  type Operation,
  pathParameter,
  WRITE_PARAMETERS,
  writeOperation,
} from "./operation.ts";
import type { OpenApiSchema } from "./scalar-schemas.ts";
import type { SchemaBuilder } from "./schema-builder.ts";

const PATCH_TYPES = [
  "application/apply-patch+yaml",
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
];
const PATCH_NAME = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";

/** Paths by template, `/apis/apps/v1/namespaces/{namespace}/deployments/{name}`. */
export function pathsOf(resource: Resource, schemas: SchemaBuilder): Readonly<Record<string, OpenApiSchema>> {
  return new ResourcePaths(resource, schemas).all();
}

class ResourcePaths {
  readonly #resource: Resource;
  readonly #schemas: SchemaBuilder;
  readonly #paths: Record<string, OpenApiSchema> = {};
  readonly #gvk: GroupVersionKind;
  /** `CoreV1`, `RbacAuthorizationV1`. */
  readonly #title: string;
  readonly #tag: string;

  constructor(resource: Resource, schemas: SchemaBuilder) {
    const { group, version, kind } = resource;
    this.#resource = resource;
    this.#schemas = schemas;
    this.#gvk = { group, version, kind };
    const words = (group === "" ? "core" : group.replace(/\.k8s\.io$/, "")).split(".");
    const title = words.map(capital).join("");
    this.#title = `${title}${capital(version)}`;
    this.#tag = `${title.charAt(0).toLowerCase()}${title.slice(1)}_${version}`;
  }

  all(): Readonly<Record<string, OpenApiSchema>> {
    const { group, version, plural, namespaced, kind, verbs, type } = this.#resource;
    const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
    const collection = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
    const scope = namespaced ? "Namespaced" : "";
    const own = this.#schemas.of(type);
    const has = (verb: string): boolean => (verbs as readonly string[]).includes(verb);
    const operations: [Method, Operation][] = [];
    const add = (method: Method, operation: Operation, when: boolean): void => {
      if (when) operations.push([method, operation]);
    };
    const list = has("list") ? this.#schemas.of(kindList(type as Type)) : undefined;
    const listed = list === undefined ? own : this.#listSchema(list);
    add("get", this.#operation("list", `list${this.#title}${scope}${kind}`, { answer: listed }), has("list"));
    add(
      "post",
      this.#operation("post", `create${this.#title}${scope}${kind}`, { body: own, answer: own }),
      has("create"),
    );
    const collectionId = `delete${this.#title}Collection${scope}${kind}`;
    add(
      "delete",
      this.#operation("deletecollection", collectionId, this.#deletion()),
      has("deletecollection"),
    );
    this.#path(collection, operations.splice(0));
    if (namespaced && has("list")) {
      const id = `list${this.#title}${kind}ForAllNamespaces`;
      this.#path(`${root}/${plural}`, [["get", this.#operation("list", id, { answer: listed })]]);
    }
    const named = `${this.#title}${scope}${kind}`;
    this.#object(`${collection}/{name}`, named, own, new Set(verbs), this.#gvk);
    for (const one of subresourcesOf(this.#resource))
      this.#subresource(`${collection}/{name}`, named, own, one);
    if (has("watch")) this.#watches(root);
    return this.#paths;
  }

  /** The deprecated paths of watches, before there was `?watch=`. */
  #watches(root: string): void {
    const { plural, kind, namespaced } = this.#resource;
    const answer = this.#schemas.of(meta.WatchEvent);
    const title = `watch${this.#title}`;
    const add = (path: string, action: "watch" | "watchlist", id: string): void =>
      this.#path(`${root}/watch/${path}`, [["get", this.#operation(action, id, { answer })]]);
    const [collection, scope] = namespaced
      ? [`namespaces/{namespace}/${plural}`, "Namespaced"]
      : [plural, ""];
    add(collection, "watchlist", `${title}${scope}${kind}List`);
    add(`${collection}/{name}`, "watch", `${title}${scope}${kind}`);
    if (namespaced) add(plural, "watchlist", `${title}${kind}ListForAllNamespaces`);
  }

  #object(
    path: string,
    name: string,
    schema: OpenApiSchema,
    verbs: ReadonlySet<string>,
    gvk: GroupVersionKind,
  ): void {
    const operations: [Method, Operation][] = [];
    if (verbs.has("get"))
      operations.push(["get", this.#operation("get", `read${name}`, { answer: schema, gvk })]);
    if (verbs.has("update")) {
      operations.push([
        "put",
        this.#operation("put", `replace${name}`, { body: schema, answer: schema, gvk }),
      ]);
    }
    if (verbs.has("patch")) {
      const body = this.#schemas.define(PATCH_NAME, () => ({ type: "object" }));
      operations.push(["patch", this.#operation("patch", `patch${name}`, { body, answer: schema, gvk })]);
    }
    if (verbs.has("delete")) {
      operations.push(["delete", this.#operation("delete", `delete${name}`, { ...this.#deletion(), gvk })]);
    }
    this.#path(path, operations);
  }

  #subresource(path: string, name: string, parent: OpenApiSchema, subresource: Subresource): void {
    const { group, version } = this.#gvk;
    const gvk = {
      group: subresource.group || group,
      version: subresource.version || version,
      kind: subresource.kind,
    };
    const at = `${path}/${subresource.name}`;
    const id = `${name}${capital(subresource.name)}`;
    const verbs = new Set(subresource.verbs);
    // The options of a connection are its query; what goes over it has no schema.
    if (subresource.kind.endsWith("Options")) {
      const methods = {
        get: "get",
        create: "post",
        update: "put",
        patch: "patch",
        delete: "delete",
      } as const;
      const used = Object.entries(methods).filter(([verb]) => verbs.has(verb));
      const connect = (method: Method): Operation =>
        this.#operation("connect", `connect${capital(method)}${id}`, { gvk, answer: undefined });
      return this.#path(
        at,
        used.map(([, method]) => [method, connect(method)]),
      );
    }
    const type = this.#schemas.names.kind(gvk.group, gvk.version, gvk.kind);
    const schema =
      gvk.kind === this.#gvk.kind ? parent : type === undefined ? { type: "object" } : this.#schemas.of(type);
    this.#object(at, id, schema, verbs, gvk);
    if (verbs.has("create")) {
      const create = this.#operation("post", `create${id}`, { body: schema, answer: schema, gvk });
      this.#path(at, [["post", create]]);
    }
  }

  #operation(
    action: Action,
    id: string,
    parts: { body?: OpenApiSchema; answer: OpenApiSchema | undefined; gvk?: GroupVersionKind },
  ): Operation {
    const { body, answer, gvk = this.#gvk } = parts;
    const codes = { post: [200, 201, 202], put: [200, 201], patch: [200, 201], delete: [200, 202] };
    return {
      id,
      tag: this.#tag,
      action,
      gvk,
      query: ["pretty", ...QUERY[action]],
      body,
      bodyTypes: action === "patch" ? PATCH_TYPES : [],
      answer,
      codes: codes[action as keyof typeof codes] ?? [200],
    };
  }

  #deletion(): { body: OpenApiSchema; answer: OpenApiSchema } {
    return { body: this.#schemas.of(meta.DeleteOptions), answer: this.#schemas.of(meta.Status) };
  }

  /** Lists belong to the package of their items. */
  #listSchema(list: OpenApiSchema): OpenApiSchema {
    const { type, kind } = this.#resource;
    const name = this.#schemas.names.of(type);
    return name === undefined
      ? list
      : this.#schemas.define(`${name.slice(0, -kind.length)}${kind}List`, () => list);
  }

  #path(path: string, operations: readonly (readonly [Method, Operation])[]): void {
    if (operations.length === 0) return;
    const { version } = this.#schemas;
    const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => pathParameter(name, version));
    const written = operations.map(([method, operation]) => [method, writeOperation(operation, version)]);
    const found = this.#paths[path];
    this.#paths[path] = {
      ...found,
      ...Object.fromEntries(written),
      ...(parameters.length === 0 ? {} : { parameters }),
    };
  }
}

const QUERY: Readonly<Record<Action, readonly string[]>> = {
  list: LIST_PARAMETERS,
  watch: LIST_PARAMETERS,
  watchlist: LIST_PARAMETERS,
  get: [],
  put: WRITE_PARAMETERS,
  post: WRITE_PARAMETERS,
  patch: [...WRITE_PARAMETERS, "force"],
  delete: DELETE_PARAMETERS,
  deletecollection: [...LIST_PARAMETERS, ...DELETE_PARAMETERS],
  connect: [],
};

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
