/**
 * The sandboxes of a simulated node: by id, by pod and by address. An address belongs to one ready sandbox
 * at a time.
 */
import type { PodSandboxConfig } from "../config.ts";
import { RuntimeError } from "../errors.ts";
import { podUidLabel } from "../labels.ts";
import type { RuntimeFilter, Sandbox, SandboxState } from "../runtime.ts";
import { AddressPool } from "./address-pool.ts";

/** One sandbox; its containers by id. */
export interface SimSandbox {
  readonly id: string;
  readonly config: PodSandboxConfig;
  readonly createdAtMs: number;
  readonly containers: Set<string>;
  state: SandboxState;
  ip: string;
}

/** Knows every sandbox that was made and not removed. */
export class SandboxTable {
  readonly #byId = new Map<string, SimSandbox>();
  readonly #byPod = new Map<string, Set<SimSandbox>>();
  readonly #byAddress = new Map<string, SimSandbox>();
  #addresses: AddressPool;

  /** `podCidr` as in `10.244.1.0/24`. */
  constructor(podCidr: string) {
    this.#addresses = new AddressPool(podCidr);
  }

  /** Addresses come from another range from now on. */
  set podCidr(value: string) {
    this.#addresses = new AddressPool(value);
  }

  get all(): readonly SimSandbox[] {
    return [...this.#byId.values()];
  }

  /** Throws `not-found`. */
  get(id: string): SimSandbox {
    const sandbox = this.#byId.get(id);
    if (sandbox !== undefined) return sandbox;
    throw new RuntimeError("not-found", `an error occurred when try to find sandbox "${id}": not found`);
  }

  find(id: string): SimSandbox | undefined {
    return this.#byId.get(id);
  }

  at(address: string): SimSandbox | undefined {
    return this.#byAddress.get(address);
  }

  /** The sandboxes that a filter can reach at all: one pod's, or all. */
  reach(filter: RuntimeFilter): readonly SimSandbox[] {
    const uid = filter.labels?.[podUidLabel];
    return uid === undefined ? this.all : [...(this.#byPod.get(uid) ?? [])];
  }

  /** A new ready sandbox, with an address of its own unless it uses the node's. Throws `already-exists`. */
  add(id: string, config: PodSandboxConfig, createdAtMs: number): SimSandbox {
    const siblings = this.#byPod.get(config.uid) ?? new Set();
    if ([...siblings].some((one) => one.config.attempt === config.attempt)) {
      const what = `Cannot run sandbox "${config.name}"`;
      throw new RuntimeError("already-exists", `${what}: attempt ${config.attempt} exists`);
    }
    const ip = config.security.namespaces.network === "NODE" ? "" : this.#addresses.take();
    const sandbox: SimSandbox = {
      id,
      config,
      createdAtMs,
      containers: new Set(),
      state: "SANDBOX_READY",
      ip,
    };
    this.#byId.set(id, sandbox);
    this.#byPod.set(config.uid, siblings.add(sandbox));
    if (ip !== "") this.#byAddress.set(ip, sandbox);
    return sandbox;
  }

  /** It is ready no more, and its address is free. False when that was so already. */
  release(sandbox: SimSandbox): boolean {
    if (sandbox.state === "SANDBOX_NOTREADY") return false;
    sandbox.state = "SANDBOX_NOTREADY";
    if (sandbox.ip !== "") this.#addresses.giveBack(sandbox.ip);
    this.#byAddress.delete(sandbox.ip);
    sandbox.ip = "";
    return true;
  }

  remove(sandbox: SimSandbox): void {
    this.#byId.delete(sandbox.id);
    const siblings = this.#byPod.get(sandbox.config.uid);
    siblings?.delete(sandbox);
    if (siblings?.size === 0) this.#byPod.delete(sandbox.config.uid);
  }
}

/** The sandbox as lists show it. */
export function rowOf(sandbox: SimSandbox): Sandbox {
  const { name, namespace, uid, attempt, labels, annotations, runtimeHandler } = sandbox.config;
  const { id, state, createdAtMs } = sandbox;
  return { id, name, namespace, uid, attempt, state, createdAtMs, labels, annotations, runtimeHandler };
}
