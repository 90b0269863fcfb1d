/** Where a proxy runs: what of the node and the cluster its rules depend on. Plain data. */

export interface ProxyNode {
  readonly name: string;
  /** The node's `topology.kubernetes.io/zone`; empty without one. */
  readonly zone: string;
  /** Addresses of the node at which node ports answer, of both families. */
  readonly addresses: readonly string[];
  /** Ranges of pod addresses of the whole cluster; other sources are masqueraded on their way to a cluster IP. */
  readonly podCidrs: readonly string[];
  /** Ranges of service addresses; those that no service holds are refused. */
  readonly serviceCidrs: readonly string[];
}
