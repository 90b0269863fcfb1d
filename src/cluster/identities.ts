/**
 * Who the cluster's own components are: upstream's users and groups, to which the bootstrap RBAC policy is bound. In
 * process they enter the gate as such users; as processes of their own they show client certificates that say the same.
 */

/** A user as a certificate names it. */
export interface Identity {
  readonly name: string;
  readonly groups: readonly string[];
}

/** kubeadm's administrators; bound to `cluster-admin` by group. */
export const administrator: Identity = { name: "kubernetes-admin", groups: ["system:masters"] };

export const controllerManagerIdentity: Identity = { name: "system:kube-controller-manager", groups: [] };

export const schedulerIdentity: Identity = { name: "system:kube-scheduler", groups: [] };

/** The service proxy of a node; bound to `system:node-proxier`. */
export const proxyIdentity: Identity = { name: "system:kube-proxy", groups: [] };

/** The kubelet of a node, restricted to its node by the Node authorizer. */
export function kubeletIdentity(nodeName: string): Identity {
  return { name: `system:node:${nodeName}`, groups: ["system:nodes"] };
}

/** A service account of kube-system, as the controllers use them. */
export function systemAccount(name: string): Identity {
  const groups = ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"];
  return { name: `system:serviceaccount:kube-system:${name}`, groups };
}
