/**
 * The ids of the node that stand for the users of pods with users of their own (`hostUsers: false`, KEP-127): for each
 * pod a range that no other pod has, and never the node's own. The pod's sandboxes carry it as an annotation, so
 * that it holds as long as the runtime has anything of the pod, whatever becomes of the kubelet.
 *
 *   ids of the node   0 .. 65535      the node's
 *                     65536 .. +65535 a pod's; its root is the node's 65536
 *                     131072 ...      another's; as many as pods may be, unless the machine sets others aside
 */
import type { Pod } from "#api";
import { ConfigurationError } from "../configuration-file.ts";
import type { IdRange } from "../runtime/config.ts";
import { podUsersAnnotation } from "../runtime/labels.ts";
import type { RuntimeService, Sandbox } from "../runtime/runtime.ts";

/** Upstream's: an image's ids all fit, and one mapping of the kernel's is enough. */
const idsPerPod = 65_536;

export class UserRanges {
  readonly #runtime: Pick<RuntimeService, "status" | "listPodSandbox">;
  readonly #ids: IdRange;
  /** First ids by the uids of pods, whose sandboxes may not be there yet. */
  readonly #given = new Map<string, number>();

  /** `ids`: of all pods. */
  constructor(
    deps: { readonly runtime: Pick<RuntimeService, "status" | "listPodSandbox"> },
    options: { readonly ids: IdRange },
  ) {
    this.#runtime = deps.runtime;
    this.#ids = options.ids;
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
    const end = this.#ids.first + this.#ids.count;
    for (let at = this.#ids.first; at < end && first === 0; at += idsPerPod) if (!taken.has(at)) first = at;
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

/**
 * The ids of all pods: what the machine sets aside for its user `kubelet` in /etc/subuid and /etc/subgid, whose texts these
 * are, else those that follow the node's own. Throws `ConfigurationError` when they do not do.
 */
export function podIds(texts: readonly [subuid: string, subgid: string], maxPods: number): IdRange {
  const [users, groups] = texts.map((text) => [...text.matchAll(/^kubelet:(\d+):(\d+)$/gm)]);
  const [, first, count] = users?.[0] ?? [];
  if (first === undefined && groups?.length === 0) return { first: idsPerPod, count: maxPods * idsPerPod };
  const refuse = (why: string): never => {
    throw new ConfigurationError(`The ids of user "kubelet" in /etc/subuid and /etc/subgid ${why}`);
  };
  if (users?.length !== 1 || groups?.length !== 1 || users[0]?.[0] !== groups[0]?.[0])
    return refuse("are not one range, the same in both");
  const ids = { first: Number(first), count: Number(count) };
  if (ids.first < idsPerPod || ids.first % idsPerPod !== 0 || ids.count % idsPerPod !== 0)
    return refuse(`are not made of whole ${idsPerPod} after the first`);
  return ids.count / idsPerPod < maxPods ? refuse(`are not enough for ${maxPods} pods`) : ids;
}

/** The users of a sandbox's containers; undefined when they are the node's. */
export function usersOf({ annotations }: Pick<Sandbox, "annotations">): IdRange | undefined {
  const [first, count] = (annotations[podUsersAnnotation] ?? "").split(":").map(Number);
  return first === undefined || count === undefined ? undefined : { first, count };
}
