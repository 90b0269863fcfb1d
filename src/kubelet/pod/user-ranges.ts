/**
 * The ids of the node that stand for the users of pods with users of their own (`hostUsers: false`, KEP-127): for each
 * pod a range that no other pod has, and never the node's own. The pod's sandboxes carry it as an annotation, so
 * that it holds as long as the runtime has anything of the pod, whatever becomes of the kubelet.
 *
 *   ids of the node   0 .. 65535      the node's
 *                     65536 .. +65535 a pod's; its root is the node's 65536
 *                     131072 ...      another's; as many as pods may be
 */
import type { Pod } from "#api";
import type { IdRange } from "../runtime/config.ts";
import { podUsersAnnotation } from "../runtime/labels.ts";
import type { RuntimeService, Sandbox } from "../runtime/runtime.ts";

/** Upstream's: an image's ids all fit, and one mapping of the kernel's is enough. */
const idsPerPod = 65_536;

export class UserRanges {
  readonly #runtime: Pick<RuntimeService, "status" | "listPodSandbox">;
  readonly #count: number;
  /** First ids by the uids of pods, whose sandboxes may not be there yet. */
  readonly #given = new Map<string, number>();

  /** `count`: how many there are at most. */
  constructor(
    deps: { readonly runtime: Pick<RuntimeService, "status" | "listPodSandbox"> },
    options: { readonly count: number },
  ) {
    this.#runtime = deps.runtime;
    this.#count = options.count;
  }

  /** The pod's range, the same in all of its sandboxes; undefined when it takes the node's users. */
  async of(pod: Pod, handler: string, signal: AbortSignal): Promise<IdRange | undefined> {
    if (pod.spec.hostUsers !== false) return undefined;
    await this.#check(handler, signal);
    const { uid = "" } = pod.metadata;
    const taken = new Set<number>();
    for (const sandbox of await this.#runtime.listPodSandbox({}, signal)) {
      const range = usersOf(sandbox);
      if (range !== undefined && sandbox.uid === uid) return range;
      if (range !== undefined) taken.add(range.first);
    }
    let first = this.#given.get(uid) ?? 0;
    for (const given of this.#given.values()) taken.add(given);
    for (let at = 1; at <= this.#count && first === 0; at += 1)
      if (!taken.has(at * idsPerPod)) first = at * idsPerPod;
    if (first === 0)
      throw new Error("create user namespace: could not find an empty slot to allocate a user namespace");
    this.#given.set(uid, first);
    return { first, count: idsPerPod };
  }

  /** The runtime has nothing of the pod any more. */
  release(podUid: string): void {
    this.#given.delete(podUid);
  }

  async #check(name: string, signal: AbortSignal): Promise<void> {
    const { handlers } = await this.#runtime.status(signal);
    const handler = handlers.find((one) => one.name === name);
    if (handler?.userNamespaces === true) return;
    const who = name === "" ? "runtime" : `RuntimeClass handler "${name}"`;
    const unknown = handler === undefined ? `: the handler "${name}" is not known` : "";
    throw new Error(`can't set \`spec.hostUsers: false\`, ${who} does not support user namespaces${unknown}`);
  }
}

/** The users of a sandbox's containers; undefined when they are the node's. */
export function usersOf({ annotations }: Pick<Sandbox, "annotations">): IdRange | undefined {
  const [first, count] = (annotations[podUsersAnnotation] ?? "").split(":").map(Number);
  return first === undefined || count === undefined ? undefined : { first, count };
}
