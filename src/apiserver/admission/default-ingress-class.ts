/** DefaultIngressClass: an ingress that names no class gets the cluster's default. */
import type { networking } from "#api";
import type { AdmissionPlugin } from "./admission.ts";
import { newestDefault } from "./newest-default.ts";

const annotations = ["ingressclass.kubernetes.io/is-default-class"];
const legacyClass = "kubernetes.io/ingress.class";

export const defaultIngressClass: AdmissionPlugin = {
  operations: ["CREATE"],
  resources: ["ingresses.networking.k8s.io"],
  mutate({ object }, { objects }) {
    const ingress = object as networking.Ingress;
    if (
      ingress.spec.ingressClassName !== undefined ||
      ingress.metadata.annotations?.[legacyClass] !== undefined
    )
      return;
    const chosen = newestDefault(
      objects.list<networking.IngressClass>("networking.k8s.io", "ingressclasses"),
      annotations,
    );
    if (chosen?.metadata.name !== undefined) ingress.spec.ingressClassName = chosen.metadata.name;
  },
};
