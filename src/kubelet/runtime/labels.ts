/**
 * Labels and annotations by which the kubelet finds its sandboxes and containers again after a restart:
 * upstream's, so that `crictl` and other agents of the node understand them too.
 */

export const podNameLabel = "io.kubernetes.pod.name";
export const podNamespaceLabel = "io.kubernetes.pod.namespace";
export const podUidLabel = "io.kubernetes.pod.uid";
export const containerNameLabel = "io.kubernetes.container.name";
/** Whose a sandbox or container is, at a runtime that has others' too. */
export const ownerLabel = "navarch.local/owner";
/** The range of ids of a pod with users of its own, `FIRST:COUNT`. */
export const podUsersAnnotation = "navarch.local/users";

export const containerHashAnnotation = "io.kubernetes.container.hash";
export const restartCountAnnotation = "io.kubernetes.container.restartCount";
export const terminationMessagePathAnnotation = "io.kubernetes.container.terminationMessagePath";
export const terminationMessagePolicyAnnotation = "io.kubernetes.container.terminationMessagePolicy";
export const podDeletionGraceAnnotation = "io.kubernetes.pod.deletionGracePeriod";
export const podTerminationGraceAnnotation = "io.kubernetes.pod.terminationGracePeriod";
/** What the container may use, as it was made with: `pod/resize.ts`. */
export const containerResourcesAnnotation = "io.kubernetes.container.resources";
