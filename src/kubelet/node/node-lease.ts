/**
 * The node's heartbeat: a Lease of its name in kube-node-lease, renewed every 10 s and owned by the Node, so
 * that it goes with it. The node lifecycle controller reads it.
 */
import { isStatus, type Lease, microTime, type Node } from "#api";
import { type Env, messageOf } from "#base";
import type { ResourceClient } from "#client";
import { leaseDurationSeconds, leaseTries } from "../limits.ts";

const namespace = "kube-node-lease";

export class NodeLease {
  readonly #env: Env;
  readonly #leases: ResourceClient<Lease>;
  readonly #name: string;
  #held: Lease | undefined;

  constructor(env: Env, deps: { readonly leases: ResourceClient<Lease> }, name: string) {
    this.#env = env;
    this.#leases = deps.leases;
    this.#name = name;
  }

  /** Renews the lease, making it when it is not there. Failures are logged: the next renewal is soon. */
  async renew(node: Node, signal: AbortSignal): Promise<void> {
    for (let tries = 1; tries <= leaseTries; tries += 1) {
      try {
        this.#held = await this.#write(node, signal);
        return;
      } catch (error) {
        signal.throwIfAborted();
        this.#held = undefined;
        if (
          !isStatus(error, "Conflict") &&
          !isStatus(error, "NotFound") &&
          !isStatus(error, "AlreadyExists")
        ) {
          this.#env.log.warn("Cannot renew the node's lease", { node: this.#name, error: messageOf(error) });
          return;
        }
      }
    }
  }

  async #write(node: Node, signal: AbortSignal): Promise<Lease> {
    const known = this.#held ?? (await this.#find(signal));
    const spec = {
      holderIdentity: this.#name,
      leaseDurationSeconds,
      renewTime: microTime(this.#env.clock.now()),
    };
    const { name = this.#name, uid = "" } = node.metadata;
    const ownerReferences = [{ apiVersion: "v1", kind: "Node", name, uid }];
    if (known === undefined) {
      return this.#leases.create(
        { metadata: { name: this.#name, namespace, ownerReferences }, spec },
        signal,
      );
    }
    const metadata = { ...known.metadata, ownerReferences };
    return this.#leases.update({ ...known, metadata, spec: { ...known.spec, ...spec } }, signal);
  }

  async #find(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      return await this.#leases.get({ namespace, name: this.#name }, signal);
    } catch (error) {
      if (isStatus(error, "NotFound")) return undefined;
      throw error;
    }
  }
}
