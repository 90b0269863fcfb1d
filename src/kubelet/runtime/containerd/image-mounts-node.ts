/**
 * Mounts the files of images read-only, by the program that comes with containerd (`ctr`). The view it makes
 * is let go of after a day; the mount stays, since the image keeps its layers.
 */
import { type Processes, runToEnd } from "#base";
import { ContainerdError } from "./errors.ts";
import { maxProgramOutputBytes } from "./limits.ts";

export class ImageMounts {
  readonly #processes: Processes;
  readonly #options: { readonly socket: string; readonly searchPath: string };

  constructor(
    deps: { readonly processes: Processes },
    options: { readonly socket: string; readonly searchPath: string },
  ) {
    this.#processes = deps.processes;
    this.#options = options;
  }

  /** `image`: an id or a whole name; `target` is there. */
  async mount(image: string, target: string, signal: AbortSignal): Promise<void> {
    const { socket, searchPath } = this.#options;
    const command = {
      program: "ctr",
      arguments: ["--address", socket, "--namespace", "k8s.io", "images", "mount", image, target],
      environment: { PATH: searchPath },
    };
    const limits = { maxOutputBytes: maxProgramOutputBytes };
    const { exit, errorOutput } = await runToEnd(this.#processes, command, limits, signal);
    if ("code" in exit && exit.code === 0) return;
    const why = Buffer.from(errorOutput).toString("utf8").trim();
    throw new ContainerdError("failed", `Cannot mount image "${image}" at "${target}": ${why}`);
  }
}
