/**
 * The image side of the simulated runtime: a registry that knows every image, except below hosts in
 * `.invalid` (RFC 2606: names that never resolve, so they fail on a real node as well), and takes a seeded
 * time for each pull. Ids and sizes follow from the reference alone, so every node sees the same image.
 */
import type { Env, Random } from "#base";
import { canonicalName, parseImageReference } from "../../image/reference.ts";
import { RuntimeError } from "../errors.ts";
import type { FilesystemUsage, Image, ImageAuth, ImageService } from "../runtime.ts";

/** How the simulated registry behaves. */
export interface SimImagesOptions {
  /** How long a pull takes, drawn evenly. Default 100 to 600 ms. */
  readonly pullMs?: readonly [number, number];
  /** Canonical names that the registry does not have (`docker.io/library/nginx:typo`). Default: none. */
  readonly missing?: (canonicalName: string) => boolean;
}

/** `ENTRYPOINT` and `CMD` of an image. */
export interface ImageProgram {
  readonly entrypoint: readonly string[];
  /** Instead of which the pod's own stand, when it has any. */
  readonly arguments: readonly string[];
}

/** Images whose default program is a shell: without a command they end at once, as on a real node. */
const shellImages = new Set(["library/busybox", "library/alpine", "library/debian", "library/ubuntu"]);

/** Of images that are not shells: nobody knows theirs, and pods that must not run as root shall run. */
const applicationUser = 65_532;

/** One node's images. */
export class SimImages implements ImageService {
  readonly #env: Env;
  readonly #random: Random;
  readonly #options: SimImagesOptions;
  /** By canonical name. */
  readonly #present = new Map<string, Image>();

  constructor(env: Env, options: SimImagesOptions) {
    this.#env = env;
    this.#random = env.random.fork("images");
    this.#options = options;
  }

  async pullImage(
    image: string,
    _auth: ImageAuth | undefined,
    _sandbox: unknown,
    signal: AbortSignal,
  ): Promise<string> {
    const name = nameOf(image);
    // Of an image that is here, only its name is looked up again.
    const [low, high] = this.#present.has(name) ? [10, 30] : (this.#options.pullMs ?? [100, 600]);
    await this.#env.clock.sleep(low + this.#random.below(Math.max(1, high - low)), signal);
    const host = name.slice(0, name.indexOf("/"));
    const what = `failed to pull and unpack image "${name}": failed to resolve reference "${name}"`;
    if (host.endsWith(".invalid")) {
      const detail = `failed to do request: Head "https://${host}/": dial tcp: lookup ${host}: no such host`;
      throw new RuntimeError("pull-failed", `${what}: ${detail}`);
    }
    if (this.#options.missing?.(name) === true) {
      throw new RuntimeError("image-not-found", `${what}: ${name}: not found`);
    }
    return this.load(image).id;
  }

  /** Puts an image on the node without a pull. */
  load(image: string): Image {
    const name = nameOf(image);
    const known = this.#present.get(name);
    if (known !== undefined) return known;
    const digest = Buffer.from(this.#env.crypto.sha256(name)).toString("hex");
    const tagged = !name.includes("@");
    const repository = name.replace(/[:@][^/]*$/, "");
    const loaded: Image = {
      id: `sha256:${digest}`,
      repoTags: tagged ? [name] : [],
      repoDigests: [`${repository}@sha256:${digest}`],
      sizeBytes: 5_000_000 + (Number.parseInt(digest.slice(0, 6), 16) % 100_000_000),
      pinned: false,
      ...(isShell(image) ? {} : { uid: applicationUser }),
    };
    this.#present.set(name, loaded);
    return loaded;
  }

  async imageStatus(image: string, _signal: AbortSignal): Promise<Image | undefined> {
    if (image.startsWith("sha256:")) return [...this.#present.values()].find((one) => one.id === image);
    return this.#present.get(nameOf(image));
  }

  async listImages(_signal: AbortSignal): Promise<readonly Image[]> {
    return [...this.#present.values()];
  }

  async removeImage(image: string, _signal: AbortSignal): Promise<void> {
    for (const [name, one] of this.#present)
      if (one.id === image || name === safeName(image)) this.#present.delete(name);
  }

  async imageFsInfo(_signal: AbortSignal): Promise<readonly FilesystemUsage[]> {
    const usedBytes = [...this.#present.values()].reduce((sum, image) => sum + image.sizeBytes, 0);
    return [
      {
        atMs: this.#env.clock.now(),
        mountpoint: "/var/lib/sim",
        usedBytes,
        inodesUsed: this.#present.size * 1000,
      },
    ];
  }

  /** What runs when the pod names no command: a shell is only in the place of arguments, as in those images. */
  program(image: string): ImageProgram {
    return isShell(image) ? { entrypoint: [], arguments: ["sh"] } : { entrypoint: ["server"], arguments: [] };
  }
}

function isShell(image: string): boolean {
  const parsed = parseImageReference(image);
  return parsed !== undefined && shellImages.has(parsed.repository);
}

function safeName(image: string): string | undefined {
  const parsed = parseImageReference(image);
  return parsed === undefined ? undefined : canonicalName(parsed);
}

function nameOf(image: string): string {
  const name = safeName(image);
  if (name === undefined)
    throw new RuntimeError("invalid-argument", `Cannot read image "${image}": it is no image reference`);
  return name;
}
