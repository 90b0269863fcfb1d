/** Gives each active namespace its `default` ServiceAccount, again when somebody deleted it. */
import { isStatus, type Namespace, namespaces, type ServiceAccount, serviceAccounts } from "#api";
import { type Informer, parseKey } from "#client";
import {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type Turn,
  watchInto,
} from "../controller.ts";
import { isNamespaceEnding } from "../workloads/new-pod.ts";

const NAME = "default";

class ServiceAccountController implements Controller {
  readonly #namespaces: Informer<Namespace>;
  readonly #accounts: Informer<ServiceAccount>;

  constructor(deps: ControllerDeps) {
    this.#namespaces = watchInto(deps, namespaces);
    this.#accounts = watchInto(deps, serviceAccounts, ({ key, current }) =>
      key.name === NAME && current === undefined ? [key.namespace ?? ""] : [],
    );
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const namespace = this.#namespaces.lister.get(parseKey(key));
    if (namespace === undefined || namespace.status.phase === "Terminating") return;
    if (this.#accounts.lister.get({ namespace: key, name: NAME }) !== undefined) return;
    try {
      await turn.client.of(serviceAccounts).create({ metadata: { namespace: key, name: NAME } }, turn.signal);
    } catch (error) {
      if (!isStatus(error, "AlreadyExists") && !isNamespaceEnding(error)) throw error;
    }
  }
}

export const serviceAccountController: ControllerDefinition = {
  name: "serviceaccount-controller",
  user: "service-account-controller",
  workers: 1,
  create: (_env, deps) => new ServiceAccountController(deps),
};
