/**
 * Gives each node its range of pod addresses (`spec.podCIDR`), as upstream's range allocator. Only where the cluster is
 * asked to (`--allocate-node-cidrs`); else nodes keep what they have.
 */
import { type Node, nodes } from "#api";
import { type Informer, keyOf } from "#client";
import {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type Turn,
  watchInto,
} from "../controller.ts";
import { NodeRanges } from "./node-ranges.ts";

class NodeIpamController implements Controller {
  readonly #deps: ControllerDeps;
  readonly #nodes: Informer<Node>;
  readonly #ranges: NodeRanges;
  /** Nodes for which nothing was left. */
  readonly #waiting = new Set<string>();

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    const { clusterCidr, nodeCidrMaskSize } = deps.options;
    this.#ranges = new NodeRanges(clusterCidr, nodeCidrMaskSize);
    this.#nodes = watchInto(deps, nodes, ({ key }) => [key.name]);
    // Ranges in use are known before the first turn: a turn waits for the informer.
    this.#nodes.onChange(({ key, current }) => {
      if (current !== undefined) this.#occupy(current);
      else this.#release(key.name);
    });
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const node = this.#nodes.lister.get({ name: key });
    if (node === undefined || (node.spec.podCIDR ?? "") !== "") return;
    const range = this.#ranges.allocate(key);
    if (range === undefined) {
      this.#waiting.add(key);
      const message = `Node ${key} status is now: CIDRNotAvailable`;
      this.#deps.events.record(node, "Normal", "CIDRNotAvailable", message);
      return;
    }
    const { uid } = node.metadata;
    const patch = { metadata: { uid }, spec: { podCIDR: range, podCIDRs: [range] } };
    await turn.client.of(nodes).patch(keyOf(node), "strategic", patch, turn.signal);
  }

  #occupy({ metadata, spec }: Node): void {
    if ((spec.podCIDR ?? "") !== "") this.#ranges.occupy(metadata.name ?? "", spec.podCIDR ?? "");
  }

  #release(name: string): void {
    this.#ranges.release(name);
    this.#waiting.delete(name);
    for (const waiting of this.#waiting) this.#deps.queue.add(waiting);
    this.#waiting.clear();
  }
}

/** Where ranges are not asked for. */
const idle: Controller = { reconcile: async () => {} };

export const nodeIpamController: ControllerDefinition = {
  name: "node-ipam-controller",
  user: "node-controller",
  workers: 1,
  create: (_env, deps) => (deps.options.allocateNodeCidrs ? new NodeIpamController(deps) : idle),
};
