/**
 * What a resource does beyond its pure kind: allocations that commit with it, subresources that are
 * actions, virtual resources that only answer. Everything happens inside the compare-and-swap loop, on
 * pending state.
 */
import type { FieldErrors, KubeObject } from "#api";
import type { Outcome } from "../registry/outcome.ts";
import type { Extra, Registry, Seen } from "../registry/registry.ts";
import type { ResourceRequest } from "../registry/resource-request.ts";
import type { ServerServices } from "./server-services.ts";

/**
 * One attempt of a write. Reads go through `seen`, so that no answer leaves before what it saw is durable.
 */
export interface WriteContext {
  readonly registry: Registry;
  readonly request: ResourceRequest;
  readonly seen: Seen;
  readonly dryRun: boolean;
}

/** A subresource or virtual resource that is called: reads its own body, answers anything. */
export type Action = (
  registry: Registry,
  request: ResourceRequest,
  services: ServerServices,
) => Promise<Outcome>;

export interface Behaviour {
  /** Before prepare and validation of a create; may change the draft. What it returns commits with it. */
  onCreate?(draft: KubeObject, context: WriteContext): Extra;
  onUpdate?(draft: KubeObject, old: KubeObject, context: WriteContext): Extra;
  onDelete?(old: KubeObject, context: WriteContext): Extra;
  /** What only the server can say against an object; told with, and before, what the kind's own rules say. */
  validateCreate?(object: KubeObject, errors: FieldErrors, context: WriteContext): void;
  /** The same for an update, of a subresource too: `context.request.info` tells of which. */
  validateUpdate?(object: KubeObject, old: KubeObject, errors: FieldErrors, context: WriteContext): void;
  /** True while something beside `metadata.finalizers` keeps a deleted object (a namespace's content). */
  holdsDeletion?(object: KubeObject): boolean;
  /** Marks the draft of an object whose deletion begins. */
  beginDeletion?(draft: KubeObject): void;
  /** Refuses a delete. */
  validateDelete?(old: KubeObject): void;
  /** DELETE answers with the object that is gone instead of a Status. */
  readonly returnsDeleted?: boolean;
  /** By subresource, then by verb; `""` is the (virtual) resource itself. */
  readonly actions?: Readonly<Record<string, Readonly<Partial<Record<string, Action>>>>>;
  /** Subresources that pass on every method as it is and answer in their own encoding, by name. */
  readonly connects?: Readonly<Record<string, Action>>;
}

/** By `plural` or `plural.group`. */
export type Behaviours = ReadonlyMap<string, Behaviour>;

export const NO_BEHAVIOUR: Behaviour = {};
