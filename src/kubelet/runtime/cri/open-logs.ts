/** The logs that are being written now, by asking the runtime. A container's path never changes, so it is asked once. */
import type { CriRuntime } from "./cri-runtime.ts";
import type { OpenLog } from "./log-keeper-node.ts";

export class OpenLogs {
  readonly #runtime: Pick<CriRuntime, "listContainers" | "logPathOf">;
  /** Of the containers that ran at the last look. */
  #paths: ReadonlyMap<string, string> = new Map();

  constructor(runtime: Pick<CriRuntime, "listContainers" | "logPathOf">) {
    this.#runtime = runtime;
  }

  async list(signal: AbortSignal): Promise<readonly OpenLog[]> {
    const running = await this.#runtime.listContainers({ state: "CONTAINER_RUNNING" }, signal);
    const logs: OpenLog[] = [];
    for (const { id: containerId } of running) {
      let path = this.#paths.get(containerId);
      path ??= (await this.#runtime.logPathOf(containerId, signal)) ?? "";
      logs.push({ containerId, path });
    }
    this.#paths = new Map(logs.map(({ containerId, path }) => [containerId, path]));
    return logs.filter(({ path }) => path !== "");
  }
}
