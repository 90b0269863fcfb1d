/** The containers of a simulated node: by id and by sandbox. */
import { RuntimeError } from "../errors.ts";
import type { RuntimeFilter, RuntimeService, StringMap } from "../runtime.ts";
import type { SandboxTable, SimSandbox } from "./sandbox-table.ts";
import type { SimContainer } from "./sim-container.ts";

/** Which containers a list shows. */
export type ContainerFilter = Parameters<RuntimeService["listContainers"]>[0];

/** Knows every container that was made and not removed. */
export class ContainerTable {
  readonly #sandboxes: SandboxTable;
  readonly #byId = new Map<string, SimContainer>();

  constructor(sandboxes: SandboxTable) {
    this.#sandboxes = sandboxes;
  }

  get all(): Iterable<SimContainer> {
    return this.#byId.values();
  }

  /** Throws `not-found`. */
  get(id: string): SimContainer {
    const container = this.#byId.get(id);
    if (container !== undefined) return container;
    throw new RuntimeError("not-found", `an error occurred when try to find container "${id}": not found`);
  }

  find(id: string): SimContainer | undefined {
    return this.#byId.get(id);
  }

  of(sandbox: SimSandbox): readonly SimContainer[] {
    return [...sandbox.containers].map((id) => this.get(id));
  }

  /** Throws `already-exists` for a second one of a name and attempt. */
  add(container: SimContainer, sandbox: SimSandbox): void {
    const { name, attempt } = container.config;
    if (this.of(sandbox).some(({ config }) => config.name === name && config.attempt === attempt)) {
      const what = `Cannot create container "${name}"`;
      throw new RuntimeError("already-exists", `${what}: attempt ${attempt} exists`);
    }
    this.#byId.set(container.id, container);
    sandbox.containers.add(container.id);
  }

  remove({ id, sandboxId }: SimContainer): void {
    this.#byId.delete(id);
    this.#sandboxes.find(sandboxId)?.containers.delete(id);
  }

  /** Those that a filter names. */
  matching(filter: ContainerFilter): readonly SimContainer[] {
    return this.#sandboxes
      .reach(filter)
      .filter((sandbox) => filter.podSandboxId === undefined || sandbox.id === filter.podSandboxId)
      .flatMap((sandbox) => this.of(sandbox))
      .filter((one) => matches(filter, one));
  }
}

/** Whether a filter takes a container, or a sandbox. */
export function matches<State extends string>(
  filter: RuntimeFilter & { readonly state?: State },
  {
    id,
    state,
    config,
  }: { readonly id: string; readonly state: State; readonly config: { readonly labels: StringMap } },
): boolean {
  if (filter.id !== undefined && filter.id !== id) return false;
  if (filter.state !== undefined && filter.state !== state) return false;
  return Object.entries(filter.labels ?? {}).every(([name, value]) => config.labels[name] === value);
}
