/**
 * What a resource is: one table row of the API, from which routing, discovery, storage, defaulting,
 * validation, printing and OpenAPI follow. A kind's file exports one `Resource`; a CustomResourceDefinition
 * becomes the same structure at run time. Everything here is pure: allocation and other effects are the API
 * server's.
 */
import type { FieldErrors } from "./field-errors.ts";
import type { NameCheck } from "./names/check.ts";
import type { KubeObject, Type } from "./schema/mod.ts";

export type Verb = "create" | "delete" | "deletecollection" | "get" | "list" | "patch" | "update" | "watch";

/** What hooks may know of the request beside the objects. */
export interface RequestContext {
  /** Milliseconds since the epoch, for fields that carry the time. */
  readonly now: number;
  readonly userName: string;
  /** What else is known of the user, for requests that record it. */
  readonly user?: {
    readonly uid: string;
    readonly groups: readonly string[];
    readonly extra: Readonly<Record<string, readonly string[]>>;
  };
  readonly subresource: string | undefined;
  readonly dryRun: boolean;
}

/** A printed column. `cell` gets the object as served; dates are RFC 3339 and aged by the server. */
export interface Column<T> {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format?: "name";
  /** Above 0 shows only with `-o wide`. */
  readonly priority?: number;
  readonly description?: string;
  /** Only rows have it: upstream prints it, and no column says so. */
  readonly unlisted?: true;
  cell(object: T, now: number): string | number | boolean | null;
}

/**
 * What the kind's own part of an update looks at in metadata, beside what is looked at for all kinds: its changes
 * (the default), or the whole by the rules of a create.
 */
export type MetadataCheck = "changes" | "whole";

/**
 * The pure life of a kind around the generic verbs. Absent hook: nothing to do. Drafts may be changed in
 * place.
 */
export interface Strategy<T> {
  /** Before create: clear status, set generation and what the kind owns. Defaults have run. */
  prepareForCreate?(draft: T, context: RequestContext): void;
  /** Before update of the main resource: keep status and immutable server-owned parts, bump generation. */
  prepareForUpdate?(draft: T, old: T, context: RequestContext): void;
  validateCreate?(object: T, errors: FieldErrors, context: RequestContext): void;
  validateUpdate?(object: T, old: T, errors: FieldErrors, context: RequestContext): void;
  /**
   * An update passes `validateCreate` too, before `validateUpdate`. Some kinds' `validateUpdate` looks at the whole
   * again, and then tells each fault twice, as upstream's does.
   */
  readonly rereads?: true;
  readonly metadataOnUpdate?: readonly MetadataCheck[];
  warnings?(object: T, old: T | undefined): readonly string[];
  /** What `metadata.name` may be; absent: any path segment. `lifecycle.ts` applies it. */
  readonly name?: NameCheck;
  /** Finalizers without a domain are refused unless Kubernetes defines them; true: any may be. */
  readonly anyFinalizer?: true;
  /**
   * Top-level fields whose change bumps `metadata.generation` (`["spec"]`); absent: the kind has no
   * generation.
   */
  readonly generationOf?: readonly string[];
  /** PUT to an absent name creates (Endpoints, EndpointSlice, Event, Lease, Secret ... as upstream). */
  readonly allowCreateOnUpdate?: boolean;
  /** PUT without resourceVersion is allowed (default true; false for custom resources and a few kinds). */
  readonly allowUnconditionalUpdate?: boolean;
  /** Seconds of grace for a delete, when the kind deletes gracefully (Pod). 0: delete at once. */
  gracefulDelete?(object: T, requestedSeconds: number | undefined): number;
  /** Default propagation when the client names none. */
  readonly defaultPropagation?: "Background" | "Orphan";
  /**
   * Field sets that the main resource or a subresource does not own in managedFields (`["status"]`), by
   * subresource (`""` = main).
   */
  readonly resetFields?: Readonly<Record<string, readonly (readonly string[])[]>>;
}

/**
 * A subresource that reads and writes the parent object (status, finalize, resize, ephemeralcontainers,
 * approval).
 */
export interface ObjectSubresource<T> {
  readonly verbs: readonly ("get" | "update" | "patch")[];
  /** Moves into the draft only what this subresource may change; everything else is taken from `old`. */
  prepareForUpdate(draft: T, old: T, context: RequestContext): void;
  validateUpdate?(object: T, old: T, errors: FieldErrors, context: RequestContext): void;
  readonly metadataOnUpdate?: readonly MetadataCheck[];
}

/** `scale` by paths, as custom resources declare it. */
export interface ScaleSubresource {
  readonly replicasPath: readonly string[];
  readonly statusReplicasPath: readonly string[];
  /** Path of a LabelSelector object or of a map or string selector. */
  readonly selectorPath: readonly string[];
}

/** The text of one field, `""` when absent. Method-shaped, so that a table of all kinds may hold it. */
export type FieldReader<T> = { read(object: T): string }["read"];

/** Between the served type and what is stored, when another version of the kind is stored. */
export interface Conversion<T> {
  toStorage(object: T): KubeObject;
  fromStorage(stored: KubeObject): T;
}

/** A subresource that only the API server understands (binding, eviction, token, log ...), for discovery. */
export interface Action {
  /** Of the kind that is sent or answered, when it is not the parent's group. */
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly ("create" | "delete" | "get" | "patch" | "update")[];
  /** What its query may say. Default: the type of `kind`, when that is one of options. Its answer is no object. */
  readonly options?: Type;
}

export interface Resource<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  /** Plural, the path segment (`"deployments"`). */
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly Verb[];
  readonly type: Type<T>;
  /** Absent for virtual resources (reviews, bindings), which are only called. */
  readonly storage?: {
    /** `/registry/pods`, then `/<namespace>/<name>` or `/<name>`. */
    readonly prefix: string;
    /** The `apiVersion` written (`"apps/v1"`); another served version of the same storage converts. */
    readonly version: string;
    /**
     * Absent: the stored form differs at most in `apiVersion`. Both are pure and leave `apiVersion` to the
     * caller.
     */
    readonly conversion?: Conversion<T>;
    /** Seconds after which objects expire (events). */
    readonly ttlSeconds?: number;
  };
  readonly strategy: Strategy<T>;
  readonly status?: ObjectSubresource<T>;
  readonly scale?: ScaleSubresource;
  readonly objectSubresources?: Readonly<Record<string, ObjectSubresource<T>>>;
  readonly actions?: Readonly<Record<string, Action>>;
  /**
   * Sets in a draft of which nothing is set, as a watch's bookmark is, what upstream's server holds without telling
   * unset from zero: it prints there as on any object.
   */
  fillEmpty?(draft: T): void;
  readonly columns: readonly Column<T>[];
  /** The order of a table's rows, where it is another than that of the names. */
  rowOrder?(a: T, b: T): number;
  /** Upstream has no table of its own for it, but the general one, whose rows are `null` when there are none. */
  readonly generalTable?: true;
  /** What each answer warns of, for a kind that is on its way out. */
  readonly deprecation?: string;
  /** Field selectors beyond metadata.name and metadata.namespace. */
  readonly selectableFields?: Readonly<Record<string, FieldReader<T>>>;
  /** Those of `selectableFields` that are indexed and wake watchers by value (`["spec.nodeName"]`). */
  readonly triggers?: readonly string[];
}
