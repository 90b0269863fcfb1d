/** Waiting for the world without sleeping: a watch feeds a map of objects, and a condition is asked after each event. */
import { type Access, watch } from "./api-call.ts";

/** What the suites read of any object. */
export interface Seen {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly uid: string;
    }[];
  };
  readonly spec?: Readonly<Record<string, never>> & {
    readonly nodeName?: string;
    readonly replicas?: number;
  };
  readonly status?: Readonly<Record<string, unknown>> & {
    readonly phase?: string;
    readonly availableReplicas?: number;
    readonly updatedReplicas?: number;
    readonly replicas?: number;
    readonly observedGeneration?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
      readonly lastHeartbeatTime?: string;
    }[];
  };
}

/**
 * Resolves with the objects of a collection (`/api/v1/namespaces/default/pods`) as soon as `condition` holds for them;
 * rejects after `limitMs`, saying what was last seen.
 */
export async function awaitObjects<T extends Seen>(
  access: Access,
  collection: string,
  what: string,
  condition: (objects: readonly T[]) => boolean,
  limitMs = 60_000,
): Promise<readonly T[]> {
  const objects = new Map<string, T>();
  let finish: (result: readonly T[] | undefined) => void = () => {};
  const finished = new Promise<readonly T[] | undefined>((resolve) => {
    finish = resolve;
  });
  const query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
  let initial = true;
  const watching = watch(access, `${collection}${collection.includes("?") ? "&" : "?"}${query}`, (event) => {
    if (event.type === "BOOKMARK") initial = false;
    else if (event.type === "ERROR") finish(undefined);
    else {
      const object = event.object as unknown as T;
      if (event.type === "DELETED") objects.delete(object.metadata.name);
      else objects.set(object.metadata.name, object);
    }
    const all = [...objects.values()];
    if (!initial && condition(all)) finish(all);
  });
  const timer = setTimeout(() => finish(undefined), limitMs);
  const result = await finished;
  clearTimeout(timer);
  watching.close();
  if (result === undefined) {
    throw new Error(
      `Waited in vain for ${what} in ${collection}; last seen: ${JSON.stringify([...objects.values()]).slice(0, 3_000)}`,
    );
  }
  return result;
}

/** True when the object's condition of that type has that status. */
export function hasCondition(object: Seen, type: string, status = "True"): boolean {
  return (object.status?.conditions ?? []).some((one) => one.type === type && one.status === status);
}
