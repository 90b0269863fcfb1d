/**
 * The static pods that this node is told to run, by their manifests. A manifest that makes no sense, as one that is being
 * written, changes nothing for a while: what its file said before ends when it still makes none some time later, as with
 * upstream, which reads files that changed at once and all of them every 20 s.
 */
import type { Pod } from "#api";
import { type Env, messageOf, type Timer } from "#base";
import type { ObjectKey } from "#client";
import { manifestLookMs } from "../limits.ts";
import type { Manifest, ManifestSource } from "./manifests.ts";
import { isMirror, staticPod } from "./static-pod.ts";

interface Known {
  readonly content: Uint8Array;
  /** Undefined: it makes no sense, and has not for long. */
  readonly pod: Pod | undefined;
  /** When it ceased to make sense. */
  readonly brokenAtMs?: number;
}

export class StaticPods {
  readonly #env: Env;
  readonly #manifests: ManifestSource;
  readonly #nodeName: string;
  #files: ReadonlyMap<string, Known> = new Map();
  #pods: ReadonlyMap<string, Pod> = new Map();

  constructor(
    env: Env,
    deps: { readonly manifests: ManifestSource },
    options: { readonly nodeName: string },
  ) {
    this.#env = env;
    this.#manifests = deps.manifests;
    this.#nodeName = options.nodeName;
  }

  list(): readonly Pod[] {
    return [...this.#pods.values()];
  }

  get({ namespace = "", name }: ObjectKey): Pod | undefined {
    return this.#pods.get(`${namespace}/${name}`);
  }

  /** The static pod that a pod of the API stands for: by its name, since anybody may write annotations. */
  shownBy(pod: Pod): Pod | undefined {
    const { namespace, name = "" } = pod.metadata;
    return isMirror(pod) ? this.get({ ...(namespace === undefined ? {} : { namespace }), name }) : undefined;
  }

  /** Reads the manifests. */
  async look(): Promise<void> {
    const manifests = await this.#manifests.read();
    this.#files = new Map(manifests.map((manifest) => [manifest.path, this.#known(manifest)]));
    const pods = new Map<string, Pod>();
    for (const [path, { pod }] of this.#files) {
      if (pod === undefined) continue;
      const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
      if (!pods.has(key)) pods.set(key, pod);
      else this.#env.log.warn("Two manifests name the same static pod: the first is run", { path, pod: key });
    }
    this.#pods = pods;
  }

  /** Calls `changed` after each look that something asked for, until `signal` aborts. */
  async follow(changed: () => void, signal: AbortSignal): Promise<void> {
    let late: Timer | undefined;
    const round = async (): Promise<void> => {
      late?.cancel();
      try {
        await this.look();
        if (signal.aborted) return;
        changed();
        const isBroken = [...this.#files.values()].some(
          ({ pod, brokenAtMs }) => pod !== undefined && brokenAtMs !== undefined,
        );
        if (isBroken) late = this.#env.clock.timer(manifestLookMs, () => void round());
      } catch (error) {
        this.#env.log.warn("Cannot read the manifests of static pods", { error: messageOf(error) });
      }
    };
    for await (const _ of this.#manifests.changes(signal)) await round();
    late?.cancel();
  }

  #known(manifest: Manifest): Known {
    const { path, content } = manifest;
    const before = this.#files.get(path);
    const { clock, log } = this.#env;
    if (before !== undefined && Buffer.compare(before.content, content) === 0) {
      const { brokenAtMs } = before;
      const isOver = brokenAtMs !== undefined && clock.monotonic() - brokenAtMs >= manifestLookMs;
      return isOver ? { content, pod: undefined, brokenAtMs } : before;
    }
    try {
      const hash = (data: Uint8Array | string): Uint8Array => this.#env.crypto.sha256(data);
      const owner = { nodeName: this.#nodeName, hash, nowMs: clock.now() };
      return { content, pod: staticPod(manifest, owner) };
    } catch (error) {
      log.error("Cannot run the static pod of a manifest", { path, error: messageOf(error) });
      return { content, pod: before?.pod, brokenAtMs: before?.brokenAtMs ?? clock.monotonic() };
    }
  }
}
