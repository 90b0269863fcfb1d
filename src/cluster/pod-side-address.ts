/**
 * The address at which pods of this machine find what the machine itself serves: the API and DNS. It is the gateway of
 * the first node's pods, held on loopback, so it is there before any node and stays when the machine changes networks.
 */
import type { Processes } from "#base";
import type { BasicTools } from "#kubelet";
import { clearNodeNetwork, firstAddress, Forwarding, holdAddress, IpProgram } from "#network";
import { podCidrOf } from "./network-ranges.ts";

/** Dispose takes it, and all addresses and routes of ours, off the machine. */
export class PodSideAddress implements AsyncDisposable {
  readonly address: string;
  readonly #ip: IpProgram;
  readonly #forwarding: Forwarding;

  /** `clusterCidr`: of all nodes' pods. */
  constructor(
    deps: { readonly processes: Processes },
    { searchPath }: BasicTools,
    clusterCidr: string | undefined,
  ) {
    this.address = firstAddress(podCidrOf(0, clusterCidr)) ?? "";
    this.#ip = new IpProgram(deps, searchPath);
    this.#forwarding = new Forwarding(deps, searchPath);
  }

  /** Puts it on the machine. */
  async hold(signal: AbortSignal): Promise<void> {
    await holdAddress(this.#ip, this.address, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const programs = { ip: this.#ip, forwarding: this.#forwarding };
    await clearNodeNetwork(programs, new AbortController().signal);
  }
}
