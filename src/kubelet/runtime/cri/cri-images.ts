/** Images by CRI v1's `ImageService`. */
import type { RpcClient } from "#base/rpc";
import type { PodSandboxConfig } from "../config.ts";
import type { FilesystemUsage, Image, ImageAuth, ImageService } from "../runtime.ts";
import { decodeFilesystem, decodeImage } from "./decode-state.ts";
import { encodeSandbox } from "./encode-config.ts";
import { asRuntimeError, asToldError } from "./errors.ts";
import { callTimeoutMs } from "./limits.ts";
import { imageMethods } from "./methods.ts";

/** What is never collected. */
export interface CriImagesOptions {
  /** Names of images; older runtimes do not say which they pin. Default: none. */
  readonly pinned?: readonly string[];
  /** Names and ids of images that somebody else uses. Default: nobody does. */
  readonly used?: (signal: AbortSignal) => Promise<ReadonlySet<string>>;
}

export class CriImages implements ImageService {
  readonly #rpc: RpcClient;
  readonly #options: CriImagesOptions;

  constructor(deps: { readonly rpc: RpcClient }, options: CriImagesOptions = {}) {
    this.#rpc = deps.rpc;
    this.#options = options;
  }

  async pullImage(
    image: string,
    auth: ImageAuth | undefined,
    sandbox: PodSandboxConfig,
    signal: AbortSignal,
  ): Promise<string> {
    const request = { image: { image }, auth, sandbox: encodeSandbox(sandbox) };
    try {
      return (await this.#rpc.call(imageMethods.pull, request, Infinity, signal)).imageRef;
    } catch (error) {
      throw asToldError(error, ({ code, message }) => {
        if (message.startsWith("RegistryUnavailable")) return "registry-unavailable";
        return code === "not-found" ? "image-not-found" : "pull-failed";
      });
    }
  }

  async imageStatus(image: string, signal: AbortSignal): Promise<Image | undefined> {
    const answer = await this.#call(() =>
      this.#rpc.call(imageMethods.status, { image: { image } }, callTimeoutMs, signal),
    );
    return answer.image === undefined ? undefined : decodeImage(answer.image);
  }

  async listImages(signal: AbortSignal): Promise<readonly Image[]> {
    const answer = await this.#call(() => this.#rpc.call(imageMethods.list, {}, callTimeoutMs, signal));
    const kept = new Set([...(this.#options.pinned ?? []), ...((await this.#options.used?.(signal)) ?? [])]);
    return answer.images.map(decodeImage).map((image) => {
      const pinned = image.pinned || [image.id, ...image.repoTags].some((name) => kept.has(name));
      return { ...image, pinned };
    });
  }

  async removeImage(image: string, signal: AbortSignal): Promise<void> {
    await this.#call(() => this.#rpc.call(imageMethods.remove, { image: { image } }, callTimeoutMs, signal));
  }

  async imageFsInfo(signal: AbortSignal): Promise<readonly FilesystemUsage[]> {
    const answer = await this.#call(() => this.#rpc.call(imageMethods.fsInfo, {}, callTimeoutMs, signal));
    return answer.filesystems.map(decodeFilesystem);
  }

  async #call<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw asRuntimeError(error);
    }
  }
}
