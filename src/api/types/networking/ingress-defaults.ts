/** Defaults of ingress class parameters: cluster-wide. */
import type { IngressClassParametersReference } from "./ingress.ts";

export function defaultClassParameters(parameters: IngressClassParametersReference): void {
  parameters.scope ??= "Cluster";
}
