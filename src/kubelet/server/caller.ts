/** Who asks a kubelet: the API server in the same process, or somebody with credentials to look at. */
import type { Subject } from "#base";

export type Caller =
  /** In the same process, past that one's own authorization. */
  | { readonly type: "trusted" }
  /** With a client certificate that the cluster's authority vouches for. */
  | { readonly type: "certificate"; readonly subject: Subject }
  | { readonly type: "token"; readonly token: string }
  | { readonly type: "anonymous" };
