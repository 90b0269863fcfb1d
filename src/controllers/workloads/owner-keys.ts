/** From a changed dependent to the owners that have to look: its controllers before and after, or who selects it. */
import { type KubeObject, type LabelSelector, labelSelector } from "#api";
import { type Change, type Informer, keyOf, keyText } from "#client";
import { controllerOf } from "./claim.ts";

/** An owner that finds its dependents by labels. */
export interface SelectingOwner extends KubeObject {
  readonly spec: { readonly selector: LabelSelector | null };
}

/** For `watchInto`: the keys of owners of `kind` that a dependent's change concerns. */
export function keysOfDependents<O extends SelectingOwner, T extends KubeObject>(
  owners: Informer<O>,
  kind: string,
): (change: Change<T>) => readonly string[] {
  return ({ previous, current }) => {
    const keys = new Set<string>();
    for (const object of [previous, current]) {
      const owner = controllerOf(object);
      if (owner?.kind !== kind) continue;
      keys.add(keyText({ namespace: object?.metadata.namespace, name: owner.name }));
    }
    if (current !== undefined && controllerOf(current) === undefined) {
      for (const owner of owners.lister.list(current.metadata.namespace)) {
        const matcher = labelSelector(owner.spec.selector);
        if (matcher.matches(current.metadata.labels ?? {})) keys.add(keyText(keyOf(owner)));
      }
    }
    return [...keys];
  };
}
