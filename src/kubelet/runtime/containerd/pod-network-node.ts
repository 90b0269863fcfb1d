/**
 * Sets up the network of a node's pods: the CNI configuration that the runtime reads, and the masquerade of
 * what leaves the cluster. Both follow from the node's range of addresses; setting up again is harmless.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Command, type Env, messageOf, type Processes, runToEnd } from "#base";
import { cniConflist, masqueradeRules, masqueradeTable } from "./cni-conflist.ts";
import type { ContainerdPaths } from "./containerd-config.ts";
import { maxProgramOutputBytes } from "./limits.ts";

/** Where CNI's files are. */
export interface PodNetworkOptions {
  readonly paths: Pick<ContainerdPaths, "cniConfig" | "cniState">;
  /** Of all nodes. Default 10.244.0.0/16. */
  readonly clusterCidr?: string;
  /** PATH of the programs it starts. */
  readonly searchPath: string;
}

/** `configure` when the range is known; `remove` when the node goes. */
export class PodNetwork {
  readonly #env: Env;
  readonly #processes: Processes;
  readonly #options: PodNetworkOptions;

  constructor(env: Env, deps: { readonly processes: Processes }, options: PodNetworkOptions) {
    this.#env = env;
    this.#processes = deps.processes;
    this.#options = options;
  }

  async configure(podCidr: string, signal: AbortSignal): Promise<void> {
    const { cniConfig, cniState } = this.#options.paths;
    const file = join(cniConfig, "10-navarch.conflist");
    const text = cniConflist({ podCidr, addressDirectory: cniState });
    if ((await readFile(file, "utf8").catch(() => "")) !== text) {
      await mkdir(cniConfig, { recursive: true });
      // The runtime watches the directory, and must never read half a file.
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    }
    if (podCidr.includes(":")) return;
    const { clusterCidr = "10.244.0.0/16" } = this.#options;
    await this.#nft(masqueradeRules(podCidr, clusterCidr), signal);
  }

  /** Takes the rules away. */
  async remove(signal: AbortSignal): Promise<void> {
    await this.#nft(`table ip ${masqueradeTable}\ndelete table ip ${masqueradeTable}\n`, signal);
  }

  /** Without the program pods reach each other, but nothing outside the cluster. */
  async #nft(rules: string, signal: AbortSignal): Promise<void> {
    const command: Command = {
      program: "nft",
      arguments: ["-f", "-"],
      environment: { PATH: this.#options.searchPath },
    };
    try {
      const limits = { input: Buffer.from(rules), maxOutputBytes: maxProgramOutputBytes };
      const { exit, errorOutput } = await runToEnd(this.#processes, command, limits, signal);
      if ("code" in exit && exit.code === 0) return;
      this.#env.log.warn("Cannot set up masquerading of pods", {
        error: Buffer.from(errorOutput).toString("utf8"),
      });
    } catch (error) {
      signal.throwIfAborted();
      this.#env.log.warn("Cannot set up masquerading of pods", { error: messageOf(error) });
    }
  }
}
