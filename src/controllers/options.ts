/** What the controllers of one process are told; upstream's flags of the same meaning. */

export interface ControllerOptions {
  /** PEM, published in each namespace as `kube-root-ca.crt`. */
  readonly rootCa: string;
  /** How long a node may be silent before its Ready turns Unknown. Default 50,000. */
  readonly nodeMonitorGracePeriodMs: number;
  /** How often nodes are looked at. Default 5,000. */
  readonly nodeMonitorPeriodMs: number;
  /** Taints of NoExecute given per second and zone. Default 0.1. */
  readonly nodeEvictionRate: number;
  /** The same in a zone of which most is unhealthy. Default 0.01. */
  readonly secondaryNodeEvictionRate: number;
  /** Share of unhealthy nodes from which a zone counts as such. Default 0.55. */
  readonly unhealthyZoneThreshold: number;
  /** Zones of at most this many nodes are not evicted at all when unhealthy. Default 50. */
  readonly largeClusterSizeThreshold: number;
  /** Ended pods kept before the oldest are removed; 0: all. Default 12,500. */
  readonly terminatedPodGcThreshold: number;
  /** Whether nodes get ranges of pod addresses. Default false. */
  readonly allocateNodeCidrs: boolean;
  /** Which those are cut from. Default `10.244.0.0/16`. */
  readonly clusterCidr: string;
  /** The prefix length of a node's range. Default 24. */
  readonly nodeCidrMaskSize: number;
  /** Endpoints in one EndpointSlice. Default 100. */
  readonly maxEndpointsPerSlice: number;
}

export const defaultControllerOptions: ControllerOptions = {
  rootCa: "",
  nodeMonitorGracePeriodMs: 50_000,
  nodeMonitorPeriodMs: 5_000,
  nodeEvictionRate: 0.1,
  secondaryNodeEvictionRate: 0.01,
  unhealthyZoneThreshold: 0.55,
  largeClusterSizeThreshold: 50,
  terminatedPodGcThreshold: 12_500,
  allocateNodeCidrs: false,
  clusterCidr: "10.244.0.0/16",
  nodeCidrMaskSize: 24,
  maxEndpointsPerSlice: 100,
};
