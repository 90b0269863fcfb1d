/** The one version of the program, which the API server tells as the cluster's and each kubelet as its node's. */

/** The Kubernetes release that it behaves as; the build metadata tells it from that release's own binaries. */
export const kubernetesVersion = "v1.36.2+navarch";
