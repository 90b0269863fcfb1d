/** Looks at a node again and again while things go wrong, and holds it to what must hold at every moment. */
import assert from "node:assert/strict";
import type { Pod } from "#api";
import { podUidLabel } from "../runtime/labels.ts";
import type { SimRuntime } from "../runtime/sim/mod.ts";

const terminal = new Set(["Succeeded", "Failed"]);

export class PodWatcher {
  readonly #runtime: SimRuntime;
  readonly #signal = new AbortController().signal;
  /** The pods as last seen, by uid. */
  readonly #seen = new Map<string, Pod>();
  looks = 0;

  constructor(runtime: SimRuntime) {
    this.#runtime = runtime;
  }

  /** Throws when a rule is broken. */
  async look(pods: readonly Pod[]): Promise<void> {
    this.looks += 1;
    for (const pod of pods) {
      const before = this.#seen.get(pod.metadata.uid ?? "");
      if (before !== undefined) follows(before, pod);
      this.#seen.set(pod.metadata.uid ?? "", pod);
    }
    await this.#atMostOnce();
  }

  /** No container runs twice, and no pod has two networks. */
  async #atMostOnce(): Promise<void> {
    const running = await this.#runtime.listContainers({ state: "CONTAINER_RUNNING" }, this.#signal);
    unique(
      running.map((one) => `${one.labels[podUidLabel]} ${one.name}`),
      "containers that run twice",
    );
    const ready = await this.#runtime.listPodSandbox({ state: "SANDBOX_READY" }, this.#signal);
    unique(
      ready.map((one) => one.uid),
      "pods with two sandboxes",
    );
  }
}

/** Phases end, and restarts are counted up. */
function follows(before: Pod, now: Pod): void {
  const name = now.metadata.name;
  const { phase } = before.status;
  if (phase !== undefined && terminal.has(phase))
    assert.equal(now.status.phase, phase, `pod ${name} left its last phase`);
  const counts = new Map((before.status.containerStatuses ?? []).map((one) => [one.name, one.restartCount]));
  for (const status of now.status.containerStatuses ?? []) {
    assert.equal(
      status.restartCount >= (counts.get(status.name) ?? 0),
      true,
      `restarts of pod ${name} went back`,
    );
  }
}

function unique(items: readonly string[], what: string): void {
  const twice = items.filter((item, index) => items.indexOf(item) !== index);
  assert.deepEqual(twice, [], what);
}
