/**
 * The OpenAPI documents of a set of resources: version 3, one for each group and version with an index of
 * their hashes, and version 2, one for all. Immutable: made for one generation of the resources, each
 * document on first use, and taken over by the next generation as long as its resources are the same.
 */
import type { Resource } from "../resource.ts";
import { formV2 } from "./gnostic-v2.ts";
import { formV3 } from "./gnostic-v3.ts";
import { pathsOf } from "./paths.ts";
import { documentOf, rootPathsOf, writeRootPath } from "./root-paths.ts";
import { type Describe, SchemaBuilder } from "./schema-builder.ts";
import { SchemaNames } from "./schema-names.ts";
import type { OpenApiSchema, OpenApiVersion } from "./scalar-schemas.ts";
import { SlicedDocument } from "./sliced.ts";

/** The digest of the documents, and where their descriptions come from. */
export interface OpenApiDeps {
  readonly sha256: (data: Uint8Array) => Uint8Array;
  /** Asked when the first document is. Default: there are no descriptions. */
  readonly describe?: () => Describe | undefined;
  /** Awaited between the parts of a document, so that making it does not hold the event loop. */
  readonly pause?: () => Promise<void>;
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
  readonly json: Uint8Array;
  readonly hash: string;
  /** Gnostic's form, made on first use. Absent for the index. */
  readonly protobuf?: () => Promise<Uint8Array>;
}

const BEARER = {
  type: "apiKey",
  name: "authorization",
  in: "header",
  description: "Bearer Token authentication",
};

/** `await new OpenApi(resources, deps, options).v3("apis/apps/v1")`. */
export class OpenApi {
  readonly #resources: readonly Resource[];
  readonly #deps: OpenApiDeps;
  readonly #version: string;
  readonly #documents = new Map<string, Promise<OpenApiDocument>>();
  #names: SchemaNames | undefined;
  #describe: Describe | undefined;

  constructor(resources: Iterable<Resource>, deps: OpenApiDeps, options: OpenApiOptions) {
    this.#resources = [...resources];
    this.#deps = deps;
    this.#version = options.version;
    if (options.previous !== undefined) this.#takeOver(options.previous);
  }

  /** `/openapi/v3`: where each document is, by its path (`apis/apps/v1`). */
  index(): Promise<OpenApiDocument> {
    return this.#document("index", async () => {
      const paths: Record<string, OpenApiSchema> = {};
      for (const path of this.documentPaths()) {
        const hash = (await this.v3(path))?.hash ?? "";
        paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
      }
      this.#describe = undefined; // Every document has its texts now.
      return { paths };
    });
  }

  /** The documents of version 3, sorted: `api`, `api/v1`, `apis`, `apis/apps`, `apis/apps/v1` ... */
  documentPaths(): readonly string[] {
    return [...new Set(rootPathsOf(this.#resources).map(({ document }) => document))].sort();
  }

  /** `/openapi/v3/PATH`; `undefined` for a version that is not there. */
  v3(path: string): Promise<OpenApiDocument> | undefined {
    if (!this.documentPaths().includes(path)) return undefined;
    return this.#document(path, async () => {
      const { paths, definitions } = await this.#build(3, path);
      const components = { schemas: definitions, securitySchemes: { BearerToken: BEARER } };
      return { openapi: "3.0.0", info: this.#info(), paths, components };
    });
  }

  /** `/openapi/v2`. */
  v2(): Promise<OpenApiDocument> {
    return this.#document("v2", async () => {
      const { paths, definitions } = await this.#build(2);
      return {
        swagger: "2.0",
        info: this.#info(),
        paths,
        definitions,
        securityDefinitions: { BearerToken: BEARER },
        security: [{ BearerToken: [] }],
      };
    });
  }

  #at(path: string): readonly Resource[] {
    return this.#resources.filter((resource) => documentOf(resource) === path);
  }

  #takeOver(previous: OpenApi): void {
    for (const path of this.documentPaths()) {
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

  /** Of one document, or of all in one. */
  async #build(version: OpenApiVersion, document?: string) {
    this.#names ??= new SchemaNames(this.#resources);
    this.#describe ??= this.#deps.describe?.() ?? (() => undefined);
    const schemas = new SchemaBuilder(version, this.#names, this.#describe);
    const paths: Record<string, OpenApiSchema> = {};
    for (const resource of document === undefined ? this.#resources : this.#at(document)) {
      Object.assign(paths, pathsOf(resource, schemas));
      await this.#deps.pause?.();
    }
    for (const root of rootPathsOf(this.#resources))
      if (document === undefined || root.document === document)
        paths[root.path] = writeRootPath(root, schemas);
    const sorted = Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)));
    return { paths: sorted, definitions: schemas.definitions() };
  }

  #info(): OpenApiSchema {
    return { title: "Kubernetes", version: this.#version };
  }

  #document(name: string, make: () => Promise<OpenApiSchema>): Promise<OpenApiDocument> {
    let document = this.#documents.get(name);
    if (document === undefined) {
      document = make().then((value) => this.#written(name, value));
      this.#documents.set(name, document);
      document.catch(() => this.#documents.delete(name)); // the next caller tries again
    }
    return document;
  }

  async #written(name: string, value: OpenApiSchema): Promise<OpenApiDocument> {
    const pause = this.#deps.pause ?? (() => Promise.resolve());
    const document = await SlicedDocument.write(name === "v2" ? formV2 : formV3, value, pause);
    const { json } = document;
    const hash = Buffer.from(this.#deps.sha256(json)).toString("hex").toUpperCase();
    if (name === "index") return { json, hash };
    let bytes: Promise<Uint8Array> | undefined;
    return { json, hash, protobuf: () => (bytes ??= document.protobuf(pause)) };
  }
}
