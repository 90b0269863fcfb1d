/**
 * Who may use an image that is on the node: it was pulled by somebody's credentials, and whoever has others asks the
 * registry himself. What this node never pulled was preloaded, and everybody's. Invariant: an image is never used with
 * the rights of a pull that was broken off: before it there is an intent, after it a record, and the intent goes last.
 * Source: KEP-2535 (KubeletEnsureSecretPulledImages, policy NeverVerifyPreloadedImages).
 */
import type { Image } from "../runtime/runtime.ts";
import { canonicalName, parseImageReference } from "./reference.ts";

/** A secret's credential for an image, as records keep it. */
export interface SecretCredential {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly credentialHash: string;
}

/** Who may use an image under one of its names. */
export interface PulledCredentials {
  readonly nodePodsAccessible?: boolean;
  readonly kubernetesSecrets?: readonly SecretCredential[];
}

/** What is known of an image that was pulled; as `ImagePulledRecord` of kubelet.config.k8s.io. */
export interface PulledRecord {
  /** The image's id. */
  readonly imageRef: string;
  /** RFC 3339. */
  readonly lastUpdatedTime: string;
  /** By names without tag and digest. */
  readonly credentialMapping: Readonly<Record<string, PulledCredentials>>;
}

/** Where records are kept: they outlive the kubelet. */
export interface PullRecordStore {
  record(imageRef: string): Promise<PulledRecord | undefined>;
  records(): Promise<readonly PulledRecord[]>;
  write(record: PulledRecord): Promise<void>;
  remove(imageRef: string): Promise<void>;
  /** Whole names of images that are being pulled, or were when the node's last life ended. */
  intents(): Promise<readonly string[]>;
  writeIntent(image: string): Promise<void>;
  removeIntent(image: string): Promise<void>;
}

/** Secrets beyond these are checked, but not written down as well. */
const maxLearntSecrets = 100;

/** One per node. */
export class PullRecords {
  readonly #store: PullRecordStore;
  readonly #now: () => number;
  #recovered: Promise<void> | undefined;
  /** One change at a time. */
  #tail: Promise<unknown> = Promise.resolve();

  /** `now`: milliseconds since the epoch. */
  constructor(store: PullRecordStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Pulls that the node's last life broke off: what came of them is nobody's yet. Once, before all else. */
  recover(images: () => Promise<readonly Image[]>): Promise<void> {
    this.#recovered ??= this.#recover(images).catch((error: unknown) => {
      this.#recovered = undefined;
      throw error;
    });
    return this.#recovered;
  }

  /** Whether a pod with these credentials may use the image as it is here; else it has to be pulled. */
  async allows(
    image: string,
    imageRef: string,
    credentials: () => Promise<readonly SecretCredential[]>,
  ): Promise<boolean> {
    const record = await this.#store.record(imageRef);
    if (record === undefined) return !(await this.#store.intents()).includes(wholeName(image));
    const known = record.credentialMapping[bareName(image)];
    if (known === undefined) return false;
    if (known.nodePodsAccessible === true) return true;
    const secrets = known.kubernetesSecrets ?? [];
    if (secrets.length === 0) return false;
    const match = (await credentials()).find((one) =>
      secrets.some((old) => sameSecret(old, one) || old.credentialHash === one.credentialHash),
    );
    if (match === undefined) return false;
    if (secrets.length < maxLearntSecrets) await this.#learn(image, imageRef, match);
    return true;
  }

  /** Before a pull. */
  async intend(image: string): Promise<void> {
    await this.#store.writeIntent(wholeName(image));
  }

  /** After one; without a credential the image is everybody's. */
  async pulled(image: string, imageRef: string, credential: SecretCredential | undefined): Promise<void> {
    await this.#learn(image, imageRef, credential ?? "everybody");
    await this.#store.removeIntent(wholeName(image));
  }

  /** After one that failed. */
  async failed(image: string): Promise<void> {
    await this.#store.removeIntent(wholeName(image));
  }

  /** Forgets images that were not there at `listedAtMs`; what was written since stays. */
  async prune(images: readonly Image[], listedAtMs: number): Promise<void> {
    const present = new Set(images.map((one) => one.id));
    for (const { imageRef, lastUpdatedTime } of await this.#store.records())
      if (!present.has(imageRef) && Date.parse(lastUpdatedTime) < listedAtMs)
        await this.#store.remove(imageRef);
  }

  #learn(image: string, imageRef: string, who: SecretCredential | "everybody" | "nobody"): Promise<void> {
    const work = async (): Promise<void> => {
      const before = await this.#store.record(imageRef);
      const after = withCredential(before, { image: bareName(image), imageRef }, who);
      if (after === before?.credentialMapping) return;
      const lastUpdatedTime = new Date(this.#now()).toISOString();
      await this.#store.write({ imageRef, lastUpdatedTime, credentialMapping: after });
    };
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => {});
    return done;
  }

  async #recover(images: () => Promise<readonly Image[]>): Promise<void> {
    const intents = await this.#store.intents();
    if (intents.length === 0) return;
    for (const { id, repoTags, repoDigests } of await images()) {
      for (const name of [...repoTags, ...repoDigests])
        if (intents.includes(name)) await this.#learn(name, id, "nobody");
    }
    for (const name of intents) await this.#store.removeIntent(name);
  }
}

/** The mapping with one more that may use the image; the same one when nothing is new. */
function withCredential(
  before: PulledRecord | undefined,
  { image }: { readonly image: string; readonly imageRef: string },
  who: SecretCredential | "everybody" | "nobody",
): PulledRecord["credentialMapping"] {
  const mapping = before?.credentialMapping ?? {};
  if (who === "nobody") return mapping;
  const known = mapping[image];
  if (known?.nodePodsAccessible === true) return mapping;
  if (who === "everybody") return { ...mapping, [image]: { nodePodsAccessible: true } };
  const secrets = known?.kubernetesSecrets ?? [];
  const isKnown = secrets.some((one) => sameSecret(one, who) && one.credentialHash === who.credentialHash);
  if (isKnown) return mapping;
  const others = secrets.filter((one) => !sameSecret(one, who));
  return { ...mapping, [image]: { kubernetesSecrets: [...others, who] } };
}

function sameSecret(a: SecretCredential, b: SecretCredential): boolean {
  return a.uid === b.uid && a.namespace === b.namespace && a.name === b.name;
}

/** `docker.io/library/app:1`. */
function wholeName(image: string): string {
  const parsed = parseImageReference(image);
  return parsed === undefined ? image : canonicalName(parsed);
}

/** `docker.io/library/app`. */
function bareName(image: string): string {
  const parsed = parseImageReference(image);
  return parsed === undefined ? image : `${parsed.registry}/${parsed.repository}`;
}

/** Records that do not outlive their node. */
export class MemoryPullRecords implements PullRecordStore {
  readonly #records = new Map<string, PulledRecord>();
  readonly #intents = new Set<string>();

  async record(imageRef: string): Promise<PulledRecord | undefined> {
    return this.#records.get(imageRef);
  }

  async records(): Promise<readonly PulledRecord[]> {
    return [...this.#records.values()];
  }

  async write(record: PulledRecord): Promise<void> {
    this.#records.set(record.imageRef, record);
  }

  async remove(imageRef: string): Promise<void> {
    this.#records.delete(imageRef);
  }

  async intents(): Promise<readonly string[]> {
    return [...this.#intents];
  }

  async writeIntent(image: string): Promise<void> {
    this.#intents.add(image);
  }

  async removeIntent(image: string): Promise<void> {
    this.#intents.delete(image);
  }
}
