/** Who asks a kubelet: the API server in the same process, or somebody with credentials to look at. */

export type Caller =
  /** In the same process, past that one's own authorization. */
  | { readonly type: "trusted" }
  /** With a client certificate that the cluster's authority vouches for. */
  | { readonly type: "certificate"; readonly name: string; readonly groups: readonly string[] }
  | { readonly type: "token"; readonly token: string }
  | { readonly type: "anonymous" };
