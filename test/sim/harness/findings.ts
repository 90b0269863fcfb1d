/** What a run found wrong: each rule with its first few proofs, so that a storm of one rule stays readable. */

const proofsPerRule = 5;

export class Findings {
  readonly #proofs = new Map<string, string[]>();
  readonly #counts = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly report = (rule: string, message: string): void => {
    this.#counts.set(rule, (this.#counts.get(rule) ?? 0) + 1);
    const proofs = this.#proofs.get(rule) ?? [];
    this.#proofs.set(rule, proofs);
    if (proofs.length < proofsPerRule) proofs.push(`[${(this.#now() / 1000).toFixed(3)} s] ${message}`);
  };

  get rules(): readonly string[] {
    return [...this.#proofs.keys()];
  }

  /** One line for each rule, then its proofs; empty when all is well. */
  get text(): string {
    return [...this.#proofs]
      .map(([rule, proofs]) => `${rule} (${this.#counts.get(rule)} times)\n  ${proofs.join("\n  ")}`)
      .join("\n");
  }
}
