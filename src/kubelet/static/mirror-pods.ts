/**
 * Shows static pods in the API: each has a mirror there, which is made again when somebody deletes it, and goes when its
 * pod has ended. Level-triggered: each round compares what is with what should be.
 */
import { isStatus, type Node, type Pod } from "#api";
import { type Env, messageOf } from "#base";
import type { Lister, ResourceClient } from "#client";
import { deletePod } from "../pod/pod-deletion.ts";
import { StepLoop } from "../step-loop.ts";
import { isMirror, mirrorOf, mirrors } from "./static-pod.ts";
import type { StaticPods } from "./static-pods.ts";

/** What mirrors are made with. */
export interface MirrorPodsDeps {
  readonly pods: ResourceClient<Pod>;
  /** Of this node. */
  readonly lister: Lister<Pod>;
  readonly statics: StaticPods;
  /** The owner of mirrors; undefined while it is not registered. */
  node(): Node | undefined;
  /** Whether something of a static pod of that name still ends: its mirror stays so long. */
  ending(namespace: string, name: string): boolean;
}

/** `poke` it whenever static pods, their workers or mirrors changed. */
export class MirrorPods implements AsyncDisposable {
  readonly #deps: MirrorPodsDeps;
  readonly #loop: StepLoop;

  constructor(env: Env, deps: MirrorPodsDeps) {
    this.#deps = deps;
    const failed = (error: unknown, waitMs: number): void =>
      env.log.warn("Cannot show static pods in the API", { error: messageOf(error), waitMs });
    this.#loop = new StepLoop(
      env,
      { step: (signal) => this.#round(signal), failed, rested: () => {}, woken: () => {} },
      "mirror pods",
    );
  }

  poke(): void {
    this.#loop.poke();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
  }

  /** The uid of a pod in the API: a static pod's is that of its mirror, undefined while it has none. */
  uidOf(pod: Pod): string | undefined {
    const { namespace = "", name = "", uid } = pod.metadata;
    if (this.#deps.statics.get({ namespace, name })?.metadata.uid !== uid) return uid;
    const mirror = this.#deps.lister.get({ namespace, name });
    return mirror !== undefined && mirrors(mirror, pod) ? mirror.metadata.uid : undefined;
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { lister, statics, pods, ending, node } = this.#deps;
    for (const mirror of lister.list().filter(isMirror)) {
      const { namespace = "", name = "" } = mirror.metadata;
      const shown = statics.get({ namespace, name });
      const isOver = shown === undefined ? !ending(namespace, name) : !mirrors(mirror, shown);
      if (isOver) await deletePod(pods, mirror, signal);
    }
    const owner = node();
    if (owner === undefined) return;
    for (const pod of statics.list()) {
      const { namespace = "", name = "" } = pod.metadata;
      if (lister.get({ namespace, name }) !== undefined) continue;
      try {
        await pods.create(mirrorOf(pod, owner), signal);
      } catch (error) {
        // One that is there comes to the lister, and then is judged.
        if (!isStatus(error, "AlreadyExists")) throw error;
      }
    }
  }
}
