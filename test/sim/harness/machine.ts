/**
 * A simulated node's machine: container runtime and images in a process of their own, which outlives the kubelet's.
 * Whatever the kubelet holds of it passes a boundary: a kubelet that died hears no more answers and asks nothing.
 */
import { SimDialer, SimImages, SimRuntime, type RuntimeService } from "#kubelet";
import type { Env } from "#base";
import type { SimWorld } from "#base/sim";

const never = new Promise<never>(() => {});

export class Machine {
  readonly name: string;
  /** Where its runtime lives. */
  readonly host: string;
  readonly images: SimImages;
  readonly runtime: SimRuntime;
  readonly dialer: SimDialer;
  /** While set, no image can be pulled. */
  imagesMissing = false;
  readonly #violation: (rule: string, message: string) => void;
  /** Containers that were started, by pod slot: `uid/container`. */
  readonly #slots = new Map<string, Set<string>>();

  constructor(
    world: SimWorld,
    name: string,
    index: number,
    violation: (rule: string, message: string) => void,
  ) {
    this.name = name;
    this.#violation = violation;
    this.host = `machine-${index}`;
    const env: Env = world.env(this.host);
    this.images = new SimImages(env.child("images"), { missing: () => this.imagesMissing });
    const options = { podCidr: `10.244.${index}.0/24` };
    this.runtime = new SimRuntime(env.child("runtime"), { images: this.images }, options);
    this.dialer = new SimDialer({ runtime: this.runtime });
  }

  /** The runtime as one kubelet process reaches it. */
  runtimeFor(alive: () => boolean): RuntimeService {
    const runtime = bounded(this.runtime, alive);
    return new Proxy(runtime, {
      get: (target, name) => {
        if (name !== "startContainer") return Reflect.get(target, name) as unknown;
        return async (id: string, signal: AbortSignal) => {
          await this.runtime.startContainer(id, signal);
          this.#started(id);
          if (!alive()) await never;
        };
      },
    });
  }

  imagesFor(alive: () => boolean): SimImages {
    return bounded(this.images, alive);
  }

  dialerFor(alive: () => boolean): SimDialer {
    return bounded(this.dialer, alive);
  }

  /** Ids of running containers, oldest first. */
  running(): readonly string[] {
    return [...this.#slots.values()].flatMap((ids) => [...ids].filter((id) => this.#isRunning(id)));
  }

  /** Pod uids with a running container. */
  runningPods(): readonly string[] {
    return [...this.#slots]
      .filter(([, ids]) => [...ids].some((id) => this.#isRunning(id)))
      .map(([slot]) => slot.slice(0, slot.indexOf("/")));
  }

  #started(id: string): void {
    const container = this.runtime.container(id);
    if (container === undefined) return;
    const slot = `${container.config.labels["io.kubernetes.pod.uid"]}/${container.config.name}`;
    const ids = this.#slots.get(slot) ?? new Set();
    this.#slots.set(slot, ids.add(id));
    for (const one of ids) if (this.runtime.container(one) === undefined) ids.delete(one);
    const running = [...ids].filter((one) => this.#isRunning(one));
    if (running.length > 1)
      this.#violation("two-containers-in-one-slot", `${slot} on ${this.name}: ${running.join(", ")}`);
  }

  #isRunning(id: string): boolean {
    return this.runtime.container(id)?.state === "CONTAINER_RUNNING";
  }
}

/** `service` for a process: after its death calls neither happen nor answer. */
function bounded<T extends object>(service: T, alive: () => boolean): T {
  return new Proxy(service, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (!alive()) return never;
        const result: unknown = Reflect.apply(value, target, args);
        if (result instanceof Promise) return settledWhile(result, alive);
        if (isAsyncIterable(result)) return eachWhile(result, alive);
        return result;
      };
    },
  });
}

async function settledWhile(promise: Promise<unknown>, alive: () => boolean): Promise<unknown> {
  try {
    const value = await promise;
    return alive() ? value : await never;
  } catch (error) {
    if (alive()) throw error;
    return await never;
  }
}

async function* eachWhile(items: AsyncIterable<unknown>, alive: () => boolean): AsyncGenerator {
  for await (const item of items) {
    if (!alive()) await never;
    yield item;
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
