/** The images of a node whose containerd another process runs, by its socket. */
import type { Env, Processes } from "#base";
import { RpcClient } from "#base/rpc";
import { CriImages } from "../cri/cri-images.ts";
import type { Image } from "../runtime.ts";
import { sandboxImage } from "./containerd-node.ts";
import { loadImages } from "./image-load.ts";

/** Dispose it to close its connection. */
export class NodeImages implements Disposable {
  readonly #socket: string;
  readonly #rpc: RpcClient;

  constructor(socket: string) {
    this.#socket = socket;
    this.#rpc = new RpcClient(`unix:${socket}`);
  }

  list(signal: AbortSignal): Promise<readonly Image[]> {
    return new CriImages({ rpc: this.#rpc }, { pinned: [sandboxImage] }).listImages(signal);
  }

  /** Loads the images of a docker or OCI archive; resolves with their names. Rejects with `ContainerdError`. */
  load(
    env: Env,
    processes: Processes,
    archive: { readonly file: string; readonly searchPath: string },
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    return loadImages(env, { processes, rpc: this.#rpc }, { ...archive, socket: this.#socket }, signal);
  }

  [Symbol.dispose](): void {
    this.#rpc[Symbol.dispose]();
  }
}
