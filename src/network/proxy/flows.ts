/**
 * The kernel tracks a UDP "connection" from its first packet on, and where that one went, all others go: also when the
 * endpoint is gone, or when there was none yet. So what is stale has to be forgotten, as kube-proxy does it. TCP needs no
 * such care: its clients hear that nobody is there.
 */

/** Endpoints by frontend: `10.96.0.10 . udp . 53` -> `10.244.0.2 . 53`. */
export type FlowTargets = ReadonlyMap<string, readonly string[]>;

/** Tracked flows at a frontend: those to one endpoint, or all. */
export interface StaleFlows {
  readonly frontend: string;
  readonly endpoint?: string;
}

/** What the kernel tracks. Twins: the program `conntrack` (`conntrack-program.ts`), and flows in memory (`sim-flows.ts`). */
export interface FlowTable {
  /** Where flows lead now; what was not translated leads to the frontend's own address. */
  targets(signal: AbortSignal): Promise<FlowTargets>;
  forget(stale: readonly StaleFlows[], signal: AbortSignal): Promise<void>;
}

/**
 * What the kernel has to forget when the endpoints at these frontends change. Where there were none, packets may have
 * gone past the service; where none are left, nobody answers.
 */
export function staleFlows(before: FlowTargets, after: FlowTargets): readonly StaleFlows[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((frontend): readonly StaleFlows[] => {
    const [old, now] = [before.get(frontend) ?? [], after.get(frontend) ?? []];
    if (old.length === 0 && now.length === 0) return [];
    if (old.length === 0 || now.length === 0) return [{ frontend }];
    return old.filter((one) => !now.includes(one)).map((endpoint) => ({ frontend, endpoint }));
  });
}
