/** An Ingress that names no class gets the default one: the newest, when several are marked. */
import type { Ingress, IngressClass, KubeObject } from "#api";
import type { AdmissionPlugin } from "./admission.ts";
import { newestDefault } from "./newest-default.ts";

const IS_DEFAULT = "ingressclass.kubernetes.io/is-default-class";
const CLASS = "kubernetes.io/ingress.class";

export const defaultIngressClass: AdmissionPlugin = {
  operations: ["CREATE"],
  resources: ["ingresses.networking.k8s.io"],
  mutate({ object }, { objects }) {
    const { spec, metadata } = object as Ingress;
    if (spec.ingressClassName !== undefined || metadata.annotations?.[CLASS] !== undefined) return;
    const classes = objects.list<KubeObject & IngressClass>("networking.k8s.io", "ingressclasses");
    const name = newestDefault(classes, [IS_DEFAULT])?.metadata.name;
    if (name !== undefined) spec.ingressClassName = name;
  },
};
