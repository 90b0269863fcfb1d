/**
 * Counts of the faults that a simulated world has injected, by class: a run that injected none of a class
 * proves nothing of it.
 */

const faultClasses = [
  "crash",
  "clockJump",
  "clockSkew",
  "partition",
  "connectionCut",
  "connectionRefused",
  "tornWrite",
  "lostWrite",
  "diskFull",
  "syncFailure",
  "processKill",
] as const;

export type FaultClass = (typeof faultClasses)[number];

export class FaultCounters {
  readonly #counts = new Map<FaultClass, number>(faultClasses.map((name) => [name, 0]));

  count(name: FaultClass): void {
    this.#counts.set(name, this.of(name) + 1);
  }

  of(name: FaultClass): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Every class, also those never injected: `{crash: 3, clockJump: 0, ...}`. */
  all(): Readonly<Record<FaultClass, number>> {
    return Object.fromEntries(faultClasses.map((name) => [name, this.of(name)])) as Record<
      FaultClass,
      number
    >;
  }
}
