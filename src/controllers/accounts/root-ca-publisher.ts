/** Publishes the cluster's certificate authority in each namespace, as ConfigMap `kube-root-ca.crt`. */
import { type ConfigMap, configMaps, isStatus, type Namespace, namespaces, same } from "#api";
import { type Informer, parseKey } from "#client";
import {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type Turn,
  watchInto,
} from "../controller.ts";
import { isNamespaceEnding } from "../workloads/new-pod.ts";

const NAME = "kube-root-ca.crt";
const ANNOTATION = "kubernetes.io/description";
const DESCRIPTION =
  "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the " +
  "internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

class RootCaPublisher implements Controller {
  readonly #rootCa: string;
  readonly #namespaces: Informer<Namespace>;
  readonly #configMaps: Informer<ConfigMap>;

  constructor(deps: ControllerDeps) {
    this.#rootCa = deps.options.rootCa;
    this.#namespaces = watchInto(deps, namespaces);
    this.#configMaps = watchInto(deps, configMaps, ({ key }) =>
      key.name === NAME ? [key.namespace ?? ""] : [],
    );
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const namespace = this.#namespaces.lister.get(parseKey(key));
    if (namespace === undefined || namespace.status.phase === "Terminating" || this.#rootCa === "") return;
    const data = { "ca.crt": this.#rootCa };
    const current = this.#configMaps.lister.get({ namespace: key, name: NAME });
    if (current === undefined) return this.#create(key, data, turn);
    if (same(current.data, data) && current.metadata.annotations?.[ANNOTATION]) return;
    const annotations = { ...current.metadata.annotations, [ANNOTATION]: DESCRIPTION };
    const updated = { ...current, metadata: { ...current.metadata, annotations }, data };
    await turn.client.of(configMaps).update(updated, turn.signal);
  }

  async #create(namespace: string, data: Record<string, string>, turn: Turn): Promise<void> {
    const metadata = { namespace, name: NAME, annotations: { [ANNOTATION]: DESCRIPTION } };
    try {
      await turn.client.of(configMaps).create({ metadata, data }, turn.signal);
    } catch (error) {
      if (!isStatus(error, "AlreadyExists") && !isNamespaceEnding(error)) throw error;
    }
  }
}

export const rootCaPublisher: ControllerDefinition = {
  name: "root-ca-certificate-publisher-controller",
  user: "root-ca-cert-publisher",
  workers: 1,
  create: (_env, deps) => new RootCaPublisher(deps),
};
