/**
 * The OpenAPI documents of a set of resources: version 3, one for each group and version with an index of
 * their hashes, and version 2, one for all. Immutable: made for one generation of the resources, each
 * document on first use, and taken over by the next generation as long as its resources are the same.
 */
import type { Resource } from "../resource.ts";
import { pathsOf } from "./paths.ts";
import { type Describe, SchemaBuilder } from "./schema-builder.ts";
import { SchemaNames } from "./schema-names.ts";
import type { OpenApiSchema, OpenApiVersion } from "./scalar-schemas.ts";

/** The digest of the documents, and their descriptions. */
export interface OpenApiDeps {
  readonly sha256: (text: string) => Uint8Array;
  /** Descriptions; absent: the documents have none. */
  readonly describe?: Describe;
}

/** Settings of the documents. */
export interface OpenApiOptions {
  /** `"v1.36.0"`. */
  readonly version: string;
  /** Of the generation before: documents of versions whose resources are the same are taken over. */
  readonly previous?: OpenApi | undefined;
}

/** A document as JSON text, with the digest of the text in capital hexadecimal. */
export interface OpenApiDocument {
  readonly text: string;
  readonly hash: string;
}

/** `new OpenApi(resources, deps, options).v3("apis/apps/v1")`. */
export class OpenApi {
  readonly #resources: readonly Resource[];
  readonly #deps: OpenApiDeps;
  readonly #version: string;
  readonly #documents = new Map<string, OpenApiDocument>();
  #names: SchemaNames | undefined;

  constructor(resources: Iterable<Resource>, deps: OpenApiDeps, options: OpenApiOptions) {
    this.#resources = [...resources];
    this.#deps = deps;
    this.#version = options.version;
    if (options.previous !== undefined) this.#takeOver(options.previous);
  }

  /** `/openapi/v3`: where each document is, by its path (`apis/apps/v1`). */
  index(): OpenApiDocument {
    return this.#document("index", () => {
      const paths = this.versionPaths().map((path) => {
        const hash = this.v3(path)?.hash ?? "";
        return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
      });
      return { paths: Object.fromEntries(paths) };
    });
  }

  /** `api/v1`, `apis/apps/v1`, sorted. */
  versionPaths(): readonly string[] {
    return [...new Set(this.#resources.map(pathOfVersion))].sort();
  }

  /** `/openapi/v3/PATH`; `undefined` for a version that is not there. */
  v3(path: string): OpenApiDocument | undefined {
    const resources = this.#at(path);
    if (resources.length === 0) return undefined;
    return this.#document(path, () => {
      const { paths, definitions } = this.#build(resources, 3);
      const bearer = {
        type: "apiKey",
        name: "authorization",
        in: "header",
        description: "Bearer Token authentication",
      };
      const components = { schemas: definitions, securitySchemes: { BearerToken: bearer } };
      return { openapi: "3.0.0", info: this.#info(), paths, components };
    });
  }

  /** `/openapi/v2`. */
  v2(): OpenApiDocument {
    return this.#document("v2", () => {
      const { paths, definitions } = this.#build(this.#resources, 2);
      const bearer = {
        type: "apiKey",
        name: "authorization",
        in: "header",
        description: "Bearer Token authentication",
      };
      return {
        swagger: "2.0",
        info: this.#info(),
        paths,
        definitions,
        securityDefinitions: { BearerToken: bearer },
        security: [{ BearerToken: [] }],
      };
    });
  }

  #at(path: string): readonly Resource[] {
    return this.#resources.filter((resource) => pathOfVersion(resource) === path);
  }

  #takeOver(previous: OpenApi): void {
    for (const path of this.versionPaths()) {
      const document = previous.#documents.get(path);
      if (document !== undefined && previous.#offersSame(path, this)) this.#documents.set(path, document);
    }
  }

  #offersSame(path: string, other: OpenApi): boolean {
    const [mine, theirs] = [this.#at(path), other.#at(path)];
    return (
      this.#version === other.#version &&
      mine.length === theirs.length &&
      mine.every((one, i) => one === theirs[i])
    );
  }

  #build(resources: readonly Resource[], version: OpenApiVersion) {
    this.#names ??= new SchemaNames(this.#resources);
    const schemas = new SchemaBuilder(version, this.#names, this.#deps.describe ?? (() => undefined));
    const paths = Object.assign(
      {},
      ...resources.map((resource) => pathsOf(resource, schemas)),
    ) as OpenApiSchema;
    const sorted = Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)));
    return { paths: sorted, definitions: schemas.definitions() };
  }

  #info(): OpenApiSchema {
    return { title: "Kubernetes", version: this.#version };
  }

  #document(name: string, make: () => OpenApiSchema): OpenApiDocument {
    let document = this.#documents.get(name);
    if (document === undefined) {
      const text = JSON.stringify(make());
      document = { text, hash: Buffer.from(this.#deps.sha256(text)).toString("hex").toUpperCase() };
      this.#documents.set(name, document);
    }
    return document;
  }
}

function pathOfVersion({ group, version }: Pick<Resource, "group" | "version">): string {
  return group === "" ? `api/${version}` : `apis/${group}/${version}`;
}
