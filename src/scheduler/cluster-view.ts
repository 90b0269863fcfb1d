/** What a scheduling cycle may see of the cluster: every node that exists, in a stable order that interleaves zones. */
import type { NodeInfo } from "./node-info.ts";

export interface ClusterView {
  /** Nodes that exist, zones interleaved, so that a search that stops early still covers each zone. */
  readonly nodes: readonly NodeInfo[];
  node(name: string): NodeInfo | undefined;
  /** How many nodes hold the image, for scoring by locality. */
  nodesWithImage(image: string): number;
}
