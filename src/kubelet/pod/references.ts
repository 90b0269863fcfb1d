/** The ConfigMaps, Secrets and Services that a pod's containers refer to, read when a container is made. */
import {
  type ConfigMap,
  configMaps,
  isStatus,
  runtimeClasses,
  type Secret,
  secrets,
  type Service,
} from "#api";
import type { Client, Lister } from "#client";

export interface References {
  configMap(namespace: string, name: string, signal: AbortSignal): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string, signal: AbortSignal): Promise<Secret | undefined>;
  /** The handler that a RuntimeClass names. Rejects when there is no such class. */
  runtimeHandler(runtimeClass: string, signal: AbortSignal): Promise<string>;
  /** Services of a namespace, for environment variables. */
  services(namespace: string): readonly Service[];
}

/** References by the API: one GET each, so that a container sees what is current when it starts. */
export class ApiReferences implements References {
  readonly #client: Client;
  readonly #services: Lister<Service>;

  constructor(deps: { readonly client: Client; readonly services: Lister<Service> }) {
    this.#client = deps.client;
    this.#services = deps.services;
  }

  async configMap(namespace: string, name: string, signal: AbortSignal): Promise<ConfigMap | undefined> {
    return found(this.#client.of(configMaps).get({ namespace, name }, signal));
  }

  async secret(namespace: string, name: string, signal: AbortSignal): Promise<Secret | undefined> {
    return found(this.#client.of(secrets).get({ namespace, name }, signal));
  }

  async runtimeHandler(runtimeClass: string, signal: AbortSignal): Promise<string> {
    return (await this.#client.of(runtimeClasses).get({ name: runtimeClass }, signal)).handler;
  }

  services(namespace: string): readonly Service[] {
    return this.#services.list(namespace);
  }
}

async function found<T>(object: Promise<T>): Promise<T | undefined> {
  try {
    return await object;
  } catch (error) {
    if (isStatus(error, "NotFound")) return undefined;
    throw error;
  }
}
