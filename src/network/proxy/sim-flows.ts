/** The twin of the kernel's connection tracking: flows that somebody said are there. */
import type { FlowTable, FlowTargets, StaleFlows } from "./flows.ts";

/** One client's datagrams. */
export interface SimFlow {
  readonly client: string;
  readonly frontend: string;
  readonly endpoint: string;
}

/** Tests put flows into it. */
export class SimFlows implements FlowTable {
  flows: readonly SimFlow[] = [];

  targets(): Promise<FlowTargets> {
    const groups = Map.groupBy(this.flows, ({ frontend }) => frontend);
    const entries = [...groups].map(
      ([frontend, flows]) => [frontend, flows.map(({ endpoint }) => endpoint)] as const,
    );
    return Promise.resolve(new Map(entries));
  }

  forget(stale: readonly StaleFlows[]): Promise<void> {
    const isStale = (flow: SimFlow): boolean =>
      stale.some(
        ({ frontend, endpoint }) =>
          frontend === flow.frontend && (endpoint ?? flow.endpoint) === flow.endpoint,
      );
    this.flows = this.flows.filter((flow) => !isStale(flow));
    return Promise.resolve();
  }
}
