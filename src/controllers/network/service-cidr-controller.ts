/**
 * Keeps ServiceCIDRs while Services have addresses of theirs that no other range has: a deleted range gives out no more
 * addresses, says why it is still there, and goes when nothing needs it. Source: KEP-1880.
 */
import {
  contains,
  type IPAddress,
  ipAddresses,
  parseCidr,
  parseIp,
  rfc3339,
  type ServiceCIDR,
  serviceCidrs,
} from "#api";
import type { Env } from "#base";
import type { Informer } from "#client";
import {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type Turn,
  watchInto,
} from "../controller.ts";
import { ignoreNotFound } from "../not-found.ts";
import { withFinalizer, withoutFinalizer } from "../protection/finalizers.ts";

const finalizer = "networking.k8s.io/service-cidr-finalizer";
const managerLabel = "ipaddress.kubernetes.io/managed-by";
const manager = "ipallocator.k8s.io";
/** Servers that have not heard of the deletion may still give out an address. */
const graceMs = 10_000;

class ServiceCidrController implements Controller {
  readonly #env: Env;
  readonly #ranges: Informer<ServiceCIDR>;
  readonly #addresses: Informer<IPAddress>;

  constructor(env: Env, deps: ControllerDeps) {
    this.#env = env;
    // A range that comes or goes may free, or bind, any other; so may an address that goes.
    const all = (): readonly string[] =>
      this.#ranges.lister.list().map(({ metadata }) => metadata.name ?? "");
    this.#ranges = watchInto(deps, serviceCidrs, ({ key }) => [...new Set([key.name, ...all()])]);
    this.#addresses = watchInto(deps, ipAddresses, ({ current }) =>
      current === undefined
        ? this.#ranges.lister
            .list()
            .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
            .map(({ metadata }) => metadata.name ?? "")
        : [],
    );
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const range = this.#ranges.lister.get({ name: key });
    if (range === undefined) return;
    const { deletionTimestamp } = range.metadata;
    if (deletionTimestamp === undefined) {
      const metadata = withFinalizer(range, finalizer);
      if (metadata !== undefined) return this.#update({ ...range, metadata }, turn);
      return this.#report(
        range,
        { status: "True", reason: "", message: "Kubernetes Service CIDR is ready" },
        turn,
      );
    }
    if (!range.metadata.finalizers?.includes(finalizer)) return;
    if (this.#isNeeded(range)) {
      const message =
        "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR";
      return this.#report(range, { status: "False", reason: "Terminating", message }, turn);
    }
    const waitMs = Date.parse(deletionTimestamp) + graceMs - this.#env.clock.now();
    if (waitMs > 0) return turn.again(waitMs);
    const metadata = withoutFinalizer(range, finalizer);
    if (metadata !== undefined) await this.#update({ ...range, metadata }, turn);
  }

  /** Whether it has an address of a Service that no other range, which stays, has. */
  #isNeeded(range: ServiceCIDR): boolean {
    const others = this.#ranges.lister
      .list()
      .filter(
        (one) => one.metadata.name !== range.metadata.name && one.metadata.deletionTimestamp === undefined,
      );
    return this.#addresses.lister.list().some(({ metadata }) => {
      const address = metadata.name ?? "";
      if (metadata.labels?.[managerLabel] !== manager || !holds(range, address)) return false;
      return !others.some((other) => holds(other, address));
    });
  }

  async #update(range: ServiceCIDR, turn: Turn): Promise<void> {
    await turn.client.of(serviceCidrs).update(range, turn.signal).catch(ignoreNotFound);
  }

  async #report(
    range: ServiceCIDR,
    ready: { readonly status: "True" | "False"; readonly reason: string; readonly message: string },
    turn: Turn,
  ): Promise<void> {
    const before = range.status?.conditions ?? [];
    const now = before.find(({ type }) => type === "Ready");
    if (now?.status === ready.status && (now.reason ?? "") === ready.reason) return;
    const condition = { type: "Ready", ...ready, lastTransitionTime: rfc3339(this.#env.clock.now()) };
    const conditions = [...before.filter(({ type }) => type !== "Ready"), condition];
    await turn.client
      .of(serviceCidrs)
      .update({ ...range, status: { conditions } } as ServiceCIDR, turn.signal, { subresource: "status" })
      .catch(ignoreNotFound);
  }
}

function holds({ spec }: ServiceCIDR, address: string): boolean {
  const bytes = parseIp(address);
  if (bytes === undefined) return false;
  return (spec.cidrs ?? []).some((text) => {
    const cidr = parseCidr(text);
    return cidr !== undefined && contains(cidr, bytes);
  });
}

export const serviceCidrController: ControllerDefinition = {
  name: "service-cidr-controller",
  user: "service-cidrs-controller",
  workers: 1,
  create: (env, deps) => new ServiceCidrController(env, deps),
};
