/**
 * The userspace proxy's way to endpoints: pods of this process' virtual nodes by their kubelet's port-forward, since
 * their addresses are of no network, and all others by a socket. A pod of a virtual node elsewhere is refused: its
 * address would lead out of this machine, to nobody knows whom.
 */
import type { Node } from "#api";
import { type ByteChannel, forwardedPort, portForwardRequest } from "#base/streams";
import type { Lister } from "#client";
import type { Backend, Channels, Dialer, SocketAddress } from "#network";
import type { LocalNodes } from "./local-nodes.ts";

/** The ways that there are. */
export interface EndpointDialerDeps {
  readonly channels: Channels;
  readonly nodes: Lister<Node>;
  /** Kubelets of this process. Default: none. */
  readonly kubelets?: LocalNodes;
}

/** Keeps nothing: a connection is its caller's. */
export class EndpointDialer implements Dialer {
  readonly #deps: EndpointDialerDeps;

  constructor(deps: EndpointDialerDeps) {
    this.#deps = deps;
  }

  async dial(backend: Backend, signal: AbortSignal): Promise<ByteChannel> {
    const { address, port, node = "", pod } = backend;
    const { kubelets, channels } = this.#deps;
    if (pod !== undefined && kubelets?.has(node) === true) {
      const [namespace = "", name = ""] = pod.split("/");
      const request = portForwardRequest(namespace, name);
      const answer = await kubelets.send({ name: node, address: "", port: 0 }, request, signal);
      return forwardedPort(answer, port);
    }
    if (this.#isVirtual(backend))
      throw new Error(
        `Cannot reach pod "${pod}": node "${node}" is virtual, and its kubelet is another process`,
      );
    return channels.dial({ address, port }, signal);
  }

  /** Port-forwards carry no datagrams. */
  datagramAddress(backend: Backend): SocketAddress | undefined {
    const { address, port, node = "", pod } = backend;
    const forwarded = pod !== undefined && this.#deps.kubelets?.has(node) === true;
    return forwarded || this.#isVirtual(backend) ? undefined : { address, port };
  }

  /** A node that says it is at loopback, or is not there any more. */
  #isVirtual({ node, pod }: Backend): boolean {
    if (node === undefined || pod === undefined) return false;
    const addresses = this.#deps.nodes.get({ name: node })?.status.addresses ?? [];
    const own = addresses.filter(({ type }) => type === "InternalIP");
    return own.every(({ address }) => address.startsWith("127.") || address === "::1");
  }
}
