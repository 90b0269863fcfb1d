/**
 * Who owns whom, from metadata alone. A node exists for every object that informers have told of, and, as `virtual`, for
 * every owner that is only known from its dependents' references. Invariant: `a` is among the dependents of `b`
 * exactly when `a` has a reference with `b`'s uid. Pure data; it decides nothing.
 */
import type { ObjectMeta, OwnerReference } from "#api";
import type { ResourceRef } from "#client";

/** One object, or what references say of it. */
export interface OwnerNode {
  readonly uid: string;
  /** Absent while virtual: then only the references tell what it is. */
  resource: ResourceRef | undefined;
  /** As the object, or the first reference to it, has them. */
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
  metadata: ObjectMeta | undefined;
  readonly dependents: Set<OwnerNode>;
}

export const ORPHAN = "orphan";
export const FOREGROUND = "foregroundDeletion";

/** Known only from references. */
export function isVirtual(node: OwnerNode): boolean {
  return node.metadata === undefined;
}

/** Has a deletion timestamp. */
export function isEnding(node: OwnerNode): boolean {
  return node.metadata?.deletionTimestamp !== undefined;
}

/** Being deleted, and asked by `finalizer` to see to its dependents first. */
export function endsWith(node: OwnerNode, finalizer: string): boolean {
  return isEnding(node) && (node.metadata?.finalizers?.includes(finalizer) ?? false);
}

/** The references of a node; none while virtual. */
export function ownersOf(node: OwnerNode): readonly OwnerReference[] {
  return node.metadata?.ownerReferences ?? [];
}

/** Nodes by uid. */
export class OwnerGraph {
  readonly #nodes = new Map<string, OwnerNode>();

  get(uid: string): OwnerNode | undefined {
    return this.#nodes.get(uid);
  }

  /** Puts in or renews an object; returns uids whose situation may have changed. */
  put(resource: ResourceRef, metadata: ObjectMeta): ReadonlySet<string> {
    const uid = metadata.uid ?? "";
    const touched = new Set<string>();
    const node = this.#nodes.get(uid) ?? this.#add(uid);
    const before = ownersOf(node);
    const wasEnding = isEnding(node);
    const wasVirtual = isVirtual(node);
    const { group, version, kind } = resource;
    node.resource = resource;
    node.apiVersion = group === "" ? version : `${group}/${version}`;
    node.kind = kind;
    node.namespace = metadata.namespace ?? "";
    node.name = metadata.name ?? "";
    node.metadata = metadata;
    this.#link(node, before, touched);
    if (isEnding(node)) touched.add(uid);
    if (wasVirtual || (isEnding(node) && !wasEnding))
      for (const { uid: other } of node.dependents) touched.add(other);
    // An owner in foreground deletion waits for what its dependents do.
    for (const { uid: owner } of [...before, ...ownersOf(node)]) {
      const known = this.#nodes.get(owner);
      if (known !== undefined && isEnding(known)) touched.add(owner).add(uid);
    }
    return touched;
  }

  /** Takes out an object that is gone; it stays as virtual while dependents name it. */
  remove(uid: string): ReadonlySet<string> {
    const touched = new Set<string>();
    const node = this.#nodes.get(uid);
    if (node === undefined) return touched;
    const owners = ownersOf(node);
    node.metadata = undefined;
    this.#link(node, owners, touched);
    for (const owner of owners) touched.add(owner.uid);
    for (const dependent of node.dependents) touched.add(dependent.uid);
    if (node.dependents.size === 0) this.#nodes.delete(uid);
    return touched;
  }

  #add(uid: string): OwnerNode {
    const node: OwnerNode = {
      uid,
      resource: undefined,
      apiVersion: "",
      kind: "",
      namespace: "",
      name: "",
      metadata: undefined,
      dependents: new Set(),
    };
    this.#nodes.set(uid, node);
    return node;
  }

  #link(node: OwnerNode, before: readonly OwnerReference[], touched: Set<string>): void {
    const after = new Set(ownersOf(node).map(({ uid }) => uid));
    for (const { uid } of before) {
      if (after.has(uid)) continue;
      const owner = this.#nodes.get(uid);
      owner?.dependents.delete(node);
      if (owner !== undefined && isVirtual(owner) && owner.dependents.size === 0) this.#nodes.delete(uid);
    }
    for (const reference of ownersOf(node)) {
      const owner = this.#nodes.get(reference.uid) ?? this.#add(reference.uid);
      owner.dependents.add(node);
      // Not known (yet), or not what the reference says: whether it exists has to be asked.
      if (isVirtual(owner) || !isNamedBy(owner, reference, node)) touched.add(node.uid);
    }
  }
}

function isNamedBy(owner: OwnerNode, { kind, name }: OwnerReference, { namespace }: OwnerNode): boolean {
  const reachable = owner.namespace === "" || owner.namespace === namespace;
  return owner.kind === kind && owner.name === name && reachable;
}
