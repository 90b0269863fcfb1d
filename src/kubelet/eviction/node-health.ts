/**
 * Keeps a node able to work: looks at what is short, says so in its conditions, removes images and dead
 * containers, and evicts pods, one at a time and no faster than they end. The node's own tick drives it, so
 * that it has no timer.
 *
 *   tick -> over limits of their own? evict those
 *        -> short of something? remove what nobody needs -> still short? evict the first in rank
 *        -> images too many? remove the longest unused
 */
import type { Node, Pod } from "#api";
import { type Env, messageOf, type TaskGroup } from "#base";
import type { EventSink } from "#client";
import { evictionGraceSeconds, imageCollectionMs, victimWaitMs } from "../limits.ts";
import { volumeImagesOf } from "../pod/image-volumes.ts";
import { podUidLabel } from "../runtime/labels.ts";
import type { Image, ImageService, RuntimeService } from "../runtime/runtime.ts";
import { type ImageRecords, imagesToRemove, recordImages } from "../image/collection.ts";
import type { PullRecords } from "../image/pull-records.ts";
import type { NodeStats, NodeUsage } from "./node-usage.ts";
import {
  calm,
  judge,
  noPressures,
  type Pressure,
  type PressureState,
  type Shortage,
  type Threshold,
} from "./thresholds.ts";
import {
  blamedPart,
  hasStorageLimits,
  imagefsPercent,
  isCritical,
  overLimit,
  rank,
  shortageMessage,
  type Victim,
} from "./victims.ts";

/** The node's pods, as far as it judges them. */
export interface EvictablePods {
  /** Those that run, or are going to. */
  active(): readonly Pod[];
  /** `disrupted`: the node's need, not the pod's fault. */
  evict(
    podUid: string,
    message: string,
    options: { readonly graceSeconds: number; readonly disrupted: boolean },
  ): void;
}

export interface NodeHealthDeps {
  readonly stats: NodeStats;
  readonly images: ImageService;
  readonly pullRecords: Pick<PullRecords, "prune">;
  readonly runtime: Pick<RuntimeService, "listContainers" | "removeContainer">;
  readonly pods: EvictablePods;
  readonly events: EventSink;
  node(): Node | undefined;
}

export interface NodeHealthOptions {
  readonly thresholds: readonly Threshold[];
  /** What an evicted pod gets at most to end, when the node can wait. */
  readonly maxGraceSeconds: number;
  /** How long a condition stays after its signal is well again. */
  readonly transitionMs: number;
  /** Percent of the images' file system: images go above the one, until the other. */
  readonly imagesHigh: number;
  readonly imagesLow: number;
  /** None goes that has been there for less. */
  readonly imagesMinAgeMs: number;
}

/** One per node. */
export class NodeHealth {
  readonly #env: Env;
  readonly #deps: NodeHealthDeps;
  readonly #options: NodeHealthOptions;
  readonly #tasks: TaskGroup;
  #state: PressureState = calm;
  #pressures: ReadonlySet<Pressure> = noPressures;
  #images: ImageRecords = new Map();
  #collectedAt = Number.NEGATIVE_INFINITY;
  #collectionFailed = false;
  #looking = false;
  /** The last one, and until when it is waited for. */
  #victim: { readonly uid: string; readonly untilMs: number } | undefined;

  constructor(env: Env, deps: NodeHealthDeps, options: NodeHealthOptions) {
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
    this.#tasks = env.tasks.group("node health");
  }

  /** What the node is short of, as of the last look. */
  get pressures(): ReadonlySet<Pressure> {
    return this.#pressures;
  }

  /** Begins a look, unless one is under way. */
  tick(): void {
    if (this.#looking || this.#tasks.signal.aborted) return;
    this.#looking = true;
    this.#tasks.spawn("look", async (signal) => {
      try {
        await this.#look(signal);
      } catch (error) {
        if (!signal.aborted) this.#env.log.warn("Cannot look after the node", { error: messageOf(error) });
      } finally {
        this.#looking = false;
      }
    });
  }

  async stop(): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
  }

  async #look(signal: AbortSignal): Promise<void> {
    const usage = await this.#deps.stats.node(signal);
    const due = this.#judge(usage);
    if (await this.#evictOverLimits(signal)) return;
    if (due.length > 0) await this.#relieve(due, usage, signal);
    else await this.#collectImages(usage, signal);
  }

  #judge(usage: NodeUsage): readonly Shortage[] {
    const { due, pressures, state } = judge(usage, this.#options, this.#state, this.#env.clock.monotonic());
    this.#state = state;
    this.#pressures = pressures;
    return due;
  }

  /** Pods over limits of their own; true when there was one. */
  async #evictOverLimits(signal: AbortSignal): Promise<boolean> {
    const limited = this.#deps.pods.active().filter((pod) => hasStorageLimits(pod) && !isCritical(pod));
    if (limited.length === 0) return false;
    const usage = await this.#deps.stats.pods(limited, { inodes: false }, signal);
    const victims = limited.flatMap((pod): Victim[] => {
      const own = usage.get(pod.metadata.uid ?? "");
      const message = own === undefined ? undefined : overLimit(pod, own);
      return message === undefined ? [] : [{ pod, message }];
    });
    for (const victim of victims)
      this.#evict(victim, { graceSeconds: evictionGraceSeconds, disrupted: false });
    return victims.length > 0;
  }

  async #relieve([first]: readonly Shortage[], usage: NodeUsage, signal: AbortSignal): Promise<void> {
    const node = this.#deps.node();
    if (first === undefined || this.#waitsForVictim()) return;
    const { resource } = first;
    if (node !== undefined)
      this.#deps.events.record(node, "Warning", "EvictionThresholdMet", `Attempting to reclaim ${resource}`);
    let shortage: Shortage | undefined = first;
    const part = blamedPart(first, usage.imagefsApart);
    // Images and dead containers take nothing of a node's file system that is not theirs.
    if ((resource === "ephemeral-storage" || resource === "inodes") && part !== "nodefs") {
      await this.#removeDeadContainers(signal);
      await this.#removeImages(Number.POSITIVE_INFINITY, signal);
      [shortage] = this.#judge(await this.#deps.stats.node(signal));
    }
    if (shortage === undefined) return;
    const active = this.#deps.pods.active();
    const inodes = shortage.resource === "inodes";
    const used = await this.#deps.stats.pods(active, { inodes }, signal);
    const [pod] = rank(active, used, shortage, blamedPart(shortage, usage.imagefsApart));
    if (pod === undefined) {
      this.#env.log.warn("The node is short and no pod can be evicted", { resource: shortage.resource });
      return;
    }
    const { uid = "" } = pod.metadata;
    const message = shortageMessage(pod, used.get(uid), shortage);
    const graceSeconds =
      shortage.threshold.graceMs === 0
        ? evictionGraceSeconds
        : Math.max(
            evictionGraceSeconds,
            Math.min(this.#options.maxGraceSeconds, pod.spec.terminationGracePeriodSeconds ?? 30),
          );
    this.#victim = { uid, untilMs: this.#env.clock.monotonic() + victimWaitMs };
    this.#evict({ pod, message }, { graceSeconds, disrupted: true });
  }

  /** The last victim has not ended yet, and what it held is still held. */
  #waitsForVictim(): boolean {
    const victim = this.#victim;
    if (victim === undefined || this.#env.clock.monotonic() > victim.untilMs) return false;
    return this.#deps.pods.active().some((pod) => pod.metadata.uid === victim.uid);
  }

  #evict({ pod, message }: Victim, options: Parameters<EvictablePods["evict"]>[2]): void {
    this.#deps.events.record(pod, "Warning", "Evicted", message);
    this.#deps.pods.evict(pod.metadata.uid ?? "", message, options);
  }

  async #removeDeadContainers(signal: AbortSignal): Promise<void> {
    const { runtime, pods } = this.#deps;
    const alive = new Set(pods.active().map((pod) => pod.metadata.uid));
    for (const { id, labels } of await runtime.listContainers({ state: "CONTAINER_EXITED" }, signal))
      if (!alive.has(labels[podUidLabel])) await runtime.removeContainer(id, signal);
  }

  /** When their file system is too full. */
  async #collectImages(usage: NodeUsage, signal: AbortSignal): Promise<void> {
    const now = this.#env.clock.monotonic();
    if (now - this.#collectedAt < imageCollectionMs) return;
    this.#collectedAt = now;
    const { imagefs } = usage;
    if (imagefsPercent(usage) < this.#options.imagesHigh) {
      await this.#lookAtImages(now, signal);
      return;
    }
    const wanted = Math.floor(
      (imagefs.capacityBytes * (100 - this.#options.imagesLow)) / 100 - imagefs.availableBytes,
    );
    const freed = await this.#removeImages(wanted, signal);
    if (freed >= wanted) {
      this.#collectionFailed = false;
      return;
    }
    const figures = `Attempted to free ${wanted} bytes, but only found ${freed} bytes eligible to free.`;
    const text = `Failed to garbage collect required amount of images. ${figures}`;
    const node = this.#deps.node();
    if (node === undefined) return;
    this.#deps.events.record(node, "Warning", "FreeDiskSpaceFailed", text);
    if (this.#collectionFailed) this.#deps.events.record(node, "Warning", "ImageGCFailed", text);
    this.#collectionFailed = true;
  }

  /** Resolves with the bytes that were freed. */
  async #removeImages(bytes: number, signal: AbortSignal): Promise<number> {
    const now = this.#env.clock.monotonic();
    const images = await this.#lookAtImages(now, signal);
    const found = imagesToRemove(images, this.#images, {
      bytes,
      minAgeMs: this.#options.imagesMinAgeMs,
      now,
    });
    for (const id of found.ids) await this.#deps.images.removeImage(id, signal);
    return found.bytes;
  }

  async #lookAtImages(now: number, signal: AbortSignal): Promise<readonly Image[]> {
    const listedAtMs = this.#env.clock.now();
    const [images, containers] = await Promise.all([
      this.#deps.images.listImages(signal),
      this.#deps.runtime.listContainers({}, signal),
    ]);
    const mounted = new Set(this.#deps.pods.active().flatMap(volumeImagesOf));
    const inUse = new Set(containers.flatMap(({ image, imageRef }) => [image, imageRef]));
    for (const reference of mounted) {
      const image = await this.#deps.images.imageStatus(reference, signal);
      if (image !== undefined) inUse.add(image.id);
    }
    this.#images = recordImages(this.#images, images, inUse, now);
    await this.#deps.pullRecords.prune(images, listedAtMs);
    return images;
  }
}
