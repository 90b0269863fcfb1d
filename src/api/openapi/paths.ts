/** The paths of a resource with their operations: collection, all namespaces, object, subresources. */
import { type Subresource, subresourcesOf } from "../discovery/subresources.ts";
import type { Resource } from "../resource.ts";
import type { GroupVersionKind, Type } from "../schema/mod.ts";
import { meta } from "../types/mod.ts";
import { kindList } from "../types/meta/kind-list.ts";
import { type Action, type Method, type Operation, writeOperation, writeParameter } from "./operation.ts";
import { parametersOf, parametersOfOptions, pathParameter } from "./parameters.ts";
import { capital, documentOf, lower, titleOf } from "./root-paths.ts";
import type { OpenApiSchema } from "./scalar-schemas.ts";
import type { SchemaBuilder } from "./schema-builder.ts";

const PATCH_TYPES = [
  "application/apply-patch+yaml",
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
];
const PATCH_NAME = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";
const METHODS = { get: "get", create: "post", update: "put", patch: "patch", delete: "delete" } as const;
/** What a proxy passes on beyond the methods that have verbs of their own. */
const PROXIED: readonly Method[] = ["get", "put", "post", "delete", "options", "head", "patch"];
const CODES = { post: [200, 201, 202], put: [200, 201], patch: [200, 201], delete: [200, 202] };

/** Paths by template, `/apis/apps/v1/namespaces/{namespace}/deployments/{name}`. */
export function pathsOf(resource: Resource, schemas: SchemaBuilder): Readonly<Record<string, OpenApiSchema>> {
  return new ResourcePaths(resource, schemas).all();
}

type Parts = Partial<Operation> & { readonly description: string; readonly answer: Operation["answer"] };

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
    this.#title = `${titleOf(group)}${capital(version)}`;
    this.#tag = `${lower(titleOf(group))}_${version}`;
  }

  all(): Readonly<Record<string, OpenApiSchema>> {
    const { plural, namespaced, kind, verbs, type } = this.#resource;
    const root = `/${documentOf(this.#resource)}`;
    const collection = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
    const scope = namespaced ? "Namespaced" : "";
    const own = this.#schemas.of(type);
    const has = (verb: string): boolean => (verbs as readonly string[]).includes(verb);
    this.#collection(collection, scope, own, has);
    if (namespaced && has("list")) {
      const id = `list${this.#title}${kind}ForAllNamespaces`;
      this.#path(`${root}/${plural}`, [["get", this.#listing(id, own)]]);
    }
    const named = `${this.#title}${scope}${kind}`;
    const about = `specified ${kind}`;
    this.#object(`${collection}/{name}`, { id: named, about, schema: own, verbs: new Set(verbs) });
    for (const one of subresourcesOf(this.#resource))
      this.#subresource(`${collection}/{name}`, named, own, one);
    if (has("watch")) this.#watches(root);
    return this.#paths;
  }

  #collection(path: string, scope: string, own: OpenApiSchema, has: (verb: string) => boolean): void {
    const { kind } = this.#resource;
    const operations: [Method, Operation][] = [];
    if (has("list")) operations.push(["get", this.#listing(`list${this.#title}${scope}${kind}`, own)]);
    if (has("create")) {
      const parts = { description: `create ${article(kind)}`, body: own, answer: own };
      operations.push(["post", this.#operation("post", `create${this.#title}${scope}${kind}`, parts)]);
    }
    if (has("deletecollection")) {
      const id = `delete${this.#title}Collection${scope}${kind}`;
      const parts = { description: `delete collection of ${kind}`, ...this.#deletion() };
      operations.push(["delete", this.#operation("deletecollection", id, parts)]);
    }
    this.#path(path, operations);
  }

  #listing(id: string, own: OpenApiSchema): Operation {
    const { kind, type, verbs } = this.#resource;
    const answer = verbs.includes("list") ? this.#listSchema(this.#schemas.of(kindList(type as Type))) : own;
    return this.#operation("list", id, { description: `list or watch objects of kind ${kind}`, answer });
  }

  /** The deprecated paths of watches, before there was `?watch=`. */
  #watches(root: string): void {
    const { plural, kind, namespaced } = this.#resource;
    const answer = this.#schemas.of(meta.WatchEvent);
    const title = `watch${this.#title}`;
    const instead = "deprecated: use the 'watch' parameter with a list operation instead";
    const add = (path: string, action: "watch" | "watchlist", id: string): void => {
      const description =
        action === "watchlist"
          ? `watch individual changes to a list of ${kind}. ${instead}.`
          : `watch changes to an object of kind ${kind}. ${instead}, filtered to a single item with the 'fieldSelector' parameter.`;
      const operation = this.#operation(action, id, { description, answer });
      this.#path(`${root}/watch/${path}`, [["get", operation]]);
    };
    const [collection, scope] = namespaced
      ? [`namespaces/{namespace}/${plural}`, "Namespaced"]
      : [plural, ""];
    add(collection, "watchlist", `${title}${scope}${kind}List`);
    add(`${collection}/{name}`, "watch", `${title}${scope}${kind}`);
    if (namespaced) add(plural, "watchlist", `${title}${kind}ListForAllNamespaces`);
  }

  #object(
    path: string,
    of: {
      readonly id: string;
      readonly about: string;
      readonly schema: OpenApiSchema;
      readonly verbs: ReadonlySet<string>;
      readonly gvk?: GroupVersionKind;
    },
  ): void {
    const { id, about, schema: answer, verbs, gvk = this.#gvk } = of;
    const operations: [Method, Operation][] = [];
    const add = (
      method: "get" | "put" | "patch" | "delete",
      verb: string,
      word: string,
      parts: Parts,
    ): void => {
      const name = `${verb}${id}`;
      const description = `${word} the ${about}`;
      operations.push([method, this.#operation(method, name, { ...parts, description, gvk })]);
    };
    const description = "";
    if (verbs.has("get")) add("get", "read", "read", { description, answer });
    if (verbs.has("update")) add("put", "replace", "replace", { description, answer, body: answer });
    if (verbs.has("patch")) {
      const body = this.#schemas.define(PATCH_NAME, () => ({
        ...this.#schemas.described(PATCH_NAME),
        type: "object",
      }));
      add("patch", "patch", "partially update", { description, answer, body, bodyTypes: PATCH_TYPES });
    }
    if (verbs.has("delete")) add("delete", "delete", "delete", { description, ...this.#deletion() });
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
    const about = `${subresource.name} of the specified ${this.#gvk.kind}`;
    const verbs = new Set(subresource.verbs);
    const type = this.#schemas.names.kind(gvk.group, gvk.version, gvk.kind);
    if (subresource.options !== undefined) return this.#reading(at, id, about, subresource.options);
    if (type?.name.endsWith("Options") === true) return this.#connections(at, id, subresource, type);
    const schema =
      gvk.kind === this.#gvk.kind ? parent : type === undefined ? { type: "object" } : this.#schemas.of(type);
    this.#object(at, { id, about, schema, verbs, gvk });
    if (verbs.has("create")) {
      const description = `create ${subresource.name} of ${article(this.#gvk.kind)}`;
      const create = this.#operation("post", `create${id}`, {
        description,
        body: schema,
        answer: schema,
        gvk,
      });
      this.#path(at, [["post", create]]);
    }
  }

  /** Text with a query of its own. */
  #reading(at: string, id: string, about: string, options: Type): void {
    const query = [
      ...parametersOf("get", this.#schemas.describe),
      ...parametersOfOptions(options, this.#schemas.describe),
    ];
    const parts = { description: `read ${about}`, query, answer: undefined };
    this.#path(at, [["get", this.#operation("get", `read${id}`, parts)]]);
  }

  /** The options of a connection are its query; what goes over it has no schema. One of every verb is a proxy. */
  #connections(at: string, id: string, { name, kind, verbs }: Subresource, options: Type): void {
    const gvk = { ...this.#gvk, kind };
    const isProxy = verbs.length === Object.keys(METHODS).length;
    const methods = isProxy ? PROXIED : verbs.map((verb) => METHODS[verb as keyof typeof METHODS]);
    const query = parametersOfOptions(options, this.#schemas.describe);
    const connections = (suffix: string): [Method, Operation][] =>
      methods.map((method) => {
        const description = `connect ${method.toUpperCase()} requests to ${name} of ${this.#gvk.kind}`;
        const parts = { description, query, answer: undefined, answerTypes: ["*/*"], gvk };
        return [method, this.#operation("connect", `connect${capital(method)}${id}${suffix}`, parts)];
      });
    this.#path(at, connections(""));
    if (isProxy) this.#path(`${at}/{path}`, connections("WithPath"));
  }

  #operation(action: Action, id: string, parts: Parts): Operation {
    return {
      id,
      tag: this.#tag,
      action,
      gvk: this.#gvk,
      query: parametersOf(action, this.#schemas.describe),
      codes: CODES[action as keyof typeof CODES] ?? [200],
      ...parts,
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
    const { version, describe } = this.#schemas;
    const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) =>
      writeParameter(pathParameter(name, this.#gvk.kind, describe), "path", version),
    );
    const written = operations.map(([method, operation]) => [method, writeOperation(operation, version)]);
    const found = this.#paths[path];
    this.#paths[path] = {
      ...found,
      ...Object.fromEntries(written),
      ...(parameters.length === 0 ? {} : { parameters }),
    };
  }
}

function article(kind: string): string {
  return `${/^[AEIO]/.test(kind) ? "an" : "a"} ${kind}`;
}
