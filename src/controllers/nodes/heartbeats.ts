/**
 * When each node was last heard of: a renewed Lease or a new status, measured on this process's own clock from when it
 * saw the change, never by the node's timestamps.
 */
import type { Lease, Node } from "#api";
import type { Env } from "#base";
import type { Informer } from "#client";

const LEASE_NAMESPACE = "kube-node-lease";

export class Heartbeats {
  readonly #env: Env;
  readonly #heardMs = new Map<string, number>();

  constructor(env: Env, nodes: Informer<Node>, leases: Informer<Lease>) {
    this.#env = env;
    nodes.onChange(({ key, previous, current }) => {
      if (current === undefined) this.#heardMs.delete(key.name);
      else if (previous === undefined || heartbeatOf(previous) !== heartbeatOf(current)) this.#hear(key.name);
    });
    leases.onChange(({ key, previous, current }) => {
      if (key.namespace !== LEASE_NAMESPACE || current === undefined) return;
      if (previous?.spec.renewTime !== current.spec.renewTime) this.#hear(key.name);
    });
  }

  /** Milliseconds since the node's last sign of life; for a node not heard of, since it was first asked about. */
  silentMs(name: string): number {
    const heard = this.#heardMs.get(name);
    if (heard !== undefined) return this.#env.clock.monotonic() - heard;
    this.#hear(name);
    return 0;
  }

  #hear(name: string): void {
    this.#heardMs.set(name, this.#env.clock.monotonic());
  }
}

/** What only a kubelet's report changes. */
function heartbeatOf(node: Node): string | null | undefined {
  return node.status.conditions?.find(({ type }) => type === "Ready")?.lastHeartbeatTime;
}
