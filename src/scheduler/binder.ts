/** Binds pods by their `binding` subresource, a bounded number at a time. */
import type { Pod } from "#api";
import type { ResourceClient } from "#client";

export class Binder {
  readonly #pods: ResourceClient<Pod>;
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #inFlight = 0;

  constructor(pods: ResourceClient<Pod>, limit: number) {
    this.#pods = pods;
    this.#limit = limit;
  }

  /** Resolves when another binding may start; rejects on abort. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#inFlight >= this.#limit) {
      await new Promise<void>((resolve, reject) => {
        const abort = (): void => reject(signal.reason);
        signal.addEventListener("abort", abort, { once: true });
        this.#waiting.push(() => {
          signal.removeEventListener("abort", abort);
          resolve();
        });
      });
    }
  }

  /** Rejects with the server's refusal (a pod that is gone, bound elsewhere or leaving). */
  async bind(pod: Pod, node: string, signal: AbortSignal): Promise<void> {
    this.#inFlight++;
    try {
      const { namespace = "", name = "", uid = "" } = pod.metadata;
      await this.#pods.post(
        { namespace, name },
        "binding",
        {
          apiVersion: "v1",
          kind: "Binding",
          metadata: { name, namespace, uid },
          target: { apiVersion: "v1", kind: "Node", name: node },
        },
        signal,
      );
    } finally {
      this.#inFlight--;
      this.#waiting.shift()?.();
    }
  }
}
