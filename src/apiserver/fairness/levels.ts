/**
 * The priority levels of a server: seats by their shares, and lent between them. A level always gets its own; what it does
 * not use, others have meanwhile. (Upstream moves the bounds every ten seconds; here a seat is lent when it is asked for.)
 */
import { flowcontrol, type PriorityLevelConfiguration } from "#api";
import type { Clock } from "#base";
import { type LevelLimits, PriorityLevel, type SeatPool } from "./priority-level.ts";

type Spec = PriorityLevelConfiguration["spec"];

/** What a server goes by that has no levels yet. */
const mandatoryLevels: Readonly<Record<"exempt" | "catch-all", Spec>> = {
  exempt: { type: "Exempt" },
  "catch-all": flowcontrol.catchAllLevel,
};

const NO_QUEUES = { queues: 0, handSize: 0, queueLengthLimit: 0 };

export class Levels implements SeatPool {
  readonly #clock: Clock;
  readonly #seats: number;
  readonly #levels = new Map<string, PriorityLevel>();

  /** `seats`: of all levels together. */
  constructor(clock: Clock, seats: number) {
    this.#clock = clock;
    this.#seats = seats;
  }

  /** The levels from now on. Those that go serve out who is there. */
  configure(specs: ReadonlyMap<string, Spec>): void {
    const all = new Map<string, Spec>([...Object.entries(mandatoryLevels), ...specs]);
    const shares = [...all.values()].reduce((sum, spec) => sum + sharesOf(spec), 0);
    for (const name of this.#levels.keys()) if (!all.has(name)) this.#levels.delete(name);
    for (const [name, spec] of all) {
      const limits = limitsOf(spec, this.#seats, shares);
      const level = this.#levels.get(name);
      if (level === undefined) this.#levels.set(name, new PriorityLevel(name, this.#clock, this, limits));
      else level.limits = limits;
    }
  }

  get(name: string): PriorityLevel | undefined {
    return this.#levels.get(name);
  }

  values(): Iterable<PriorityLevel> {
    return this.#levels.values();
  }

  mayBorrow(level: PriorityLevel): boolean {
    const { nominal, borrowable } = level.limits;
    if (level.executing >= nominal + borrowable) return false;
    let lent = 0;
    let spare = 0;
    for (const one of this.#levels.values()) {
      const { exempt, nominal: own, lendable } = one.limits;
      if (!exempt) lent += Math.max(0, one.executing - own);
      if (one !== level) spare += Math.max(0, Math.min(lendable, own - one.executing));
    }
    return lent < spare;
  }

  freed(level: PriorityLevel): void {
    level.admit();
    for (const one of this.#levels.values()) if (one !== level && one.waiting > 0) one.admit();
  }
}

function sharesOf({ limited, exempt }: Spec): number {
  return limited?.nominalConcurrencyShares ?? exempt?.nominalConcurrencyShares ?? 0;
}

function limitsOf(spec: Spec, seats: number, shares: number): LevelLimits {
  const { limited, exempt } = spec;
  const own = sharesOf(spec);
  const nominal = own === 0 ? 0 : Math.ceil((seats * own) / shares);
  const percent = (of: number | undefined): number =>
    of === undefined ? 0 : Math.round((nominal * of) / 100);
  const { queues, handSize, queueLengthLimit } = limited?.limitResponse.queuing ?? NO_QUEUES;
  return {
    exempt: spec.type === "Exempt",
    nominal,
    lendable: percent(limited?.lendablePercent ?? exempt?.lendablePercent),
    borrowable:
      limited?.borrowingLimitPercent === undefined
        ? Number.POSITIVE_INFINITY
        : percent(limited.borrowingLimitPercent),
    waiting: queues * queueLengthLimit,
    waitingOfFlow: handSize * queueLengthLimit,
  };
}
