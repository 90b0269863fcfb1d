/**
 * Admission: the ordered chain of plug-ins that may change (`mutate`) and then refuse (`validate`) a write.
 * A plug-in names the operations and resources that it is about, so that a request visits only those.
 */
import type { Clock, Random } from "#base";
import { type KubeObject, type Resource, applyDefaults } from "#api";
import type { Objects } from "../registry/objects.ts";
import { type Extra, joined, type Registry, type Seen } from "../registry/registry.ts";
import type { User } from "../user.ts";

export type Operation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";

/**
 * One write, as plug-ins see it. `object` is the draft while mutating, and what will be stored while
 * validating.
 */
export interface AdmissionRequest {
  readonly operation: Operation;
  readonly resource: Resource;
  /** `""` for the resource itself. */
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly user: User;
  /** Absent on DELETE. */
  readonly object: KubeObject | undefined;
  /** Absent on CREATE. */
  readonly old: KubeObject | undefined;
  readonly dryRun: boolean;
  readonly now: number;
  warn(text: string): void;
}

/** What plug-ins may use: the cluster's objects at the store's head. */
export interface AdmissionDeps {
  readonly objects: Objects;
  readonly clock: Clock;
  readonly random: Random;
}

/** One attempt of a write, as those see it that commit something with it. */
export interface ChargeContext {
  readonly registry: Registry;
  readonly seen: Seen;
}

export interface AdmissionPlugin {
  readonly operations: readonly Operation[];
  /** `pods`, `pods/status`, `leases.coordination.k8s.io`; absent: every resource, without subresources. */
  readonly resources?: readonly string[] | "all";
  mutate?(request: AdmissionRequest, deps: AdmissionDeps): void | Promise<void>;
  /** Throws `StatusError` to refuse. */
  validate?(request: AdmissionRequest, deps: AdmissionDeps): void | Promise<void>;
  /** Last of all, on pending state: what commits with the write. Throws `StatusError` to refuse. */
  charge?(request: AdmissionRequest, context: ChargeContext): Extra;
}

interface Chain {
  readonly mutating: readonly AdmissionPlugin[];
  readonly validating: readonly AdmissionPlugin[];
  readonly charging: readonly AdmissionPlugin[];
}

export class Admission {
  readonly #deps: AdmissionDeps;
  readonly #plugins: readonly AdmissionPlugin[];
  readonly #chains = new Map<string, Chain>();

  constructor(deps: AdmissionDeps, plugins: readonly AdmissionPlugin[]) {
    this.#deps = deps;
    this.#plugins = plugins;
  }

  /** Lets plug-ins change the draft, then fills defaults again. */
  async mutate(request: AdmissionRequest): Promise<void> {
    const { mutating } = this.#chain(request);
    if (mutating.length === 0) return;
    for (const plugin of mutating) {
      const pending = plugin.mutate?.(request, this.#deps);
      if (pending !== undefined) await pending;
    }
    const { object, resource } = request;
    // What is sent to a subresource may be of another kind (a Binding).
    if (object?.kind === resource.kind) applyDefaults(resource.type, object);
  }

  async validate(request: AdmissionRequest): Promise<void> {
    for (const plugin of this.#chain(request).validating) {
      const pending = plugin.validate?.(request, this.#deps);
      if (pending !== undefined) await pending;
    }
  }

  /** What commits with the write; also for a dry run, which may be refused. */
  charge(request: AdmissionRequest, context: ChargeContext): Extra {
    const extras = this.#chain(request).charging.map((plugin) => plugin.charge?.(request, context));
    return joined(...extras.filter((extra) => extra !== undefined));
  }

  #chain(request: AdmissionRequest): Chain {
    const { group, plural } = request.resource;
    const qualified = group === "" ? plural : `${plural}.${group}`;
    const target = request.subresource === "" ? qualified : `${qualified}/${request.subresource}`;
    const key = `${request.operation} ${target}`;
    const known = this.#chains.get(key);
    if (known !== undefined) return known;
    const isSubresource = request.subresource !== "";
    const about = this.#plugins.filter(({ operations, resources }) => {
      if (!operations.includes(request.operation)) return false;
      if (resources === "all") return true;
      return resources === undefined ? !isSubresource : resources.includes(target);
    });
    const chain = {
      mutating: about.filter((plugin) => plugin.mutate !== undefined),
      validating: about.filter((plugin) => plugin.validate !== undefined),
      charging: about.filter((plugin) => plugin.charge !== undefined),
    };
    this.#chains.set(key, chain);
    return chain;
  }
}
