/** An Ingress that names no class gets the default one; two defaults are a mistake worth refusing. */
import { type Ingress, type IngressClass, type KubeObject, forbidden } from "#api";
import type { AdmissionPlugin } from "./admission.ts";

const IS_DEFAULT = "ingressclass.kubernetes.io/is-default-class";
const CLASS = "kubernetes.io/ingress.class";

export const defaultIngressClass: AdmissionPlugin = {
  operations: ["CREATE"],
  resources: ["ingresses.networking.k8s.io"],
  mutate(request, { objects }) {
    const ingress = request.object as Ingress;
    if (ingress.spec.ingressClassName !== undefined || ingress.metadata.annotations?.[CLASS] !== undefined)
      return;
    const defaults = [
      ...objects.list<KubeObject & IngressClass>("networking.k8s.io", "ingressclasses"),
    ].filter((one) => one.metadata.annotations?.[IS_DEFAULT] === "true");
    if (defaults.length > 1) {
      throw forbidden(
        request.resource,
        request.name,
        `${defaults.length} default IngressClasses were found, only 1 allowed`,
      );
    }
    const [only] = defaults;
    if (only?.metadata.name !== undefined) ingress.spec.ingressClassName = only.metadata.name;
  },
};
