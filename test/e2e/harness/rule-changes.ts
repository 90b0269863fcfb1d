/** Hears of each change of the kernel's nftables rules, so that a test can look again exactly when there is news. */
import { type ChildProcess, spawn } from "node:child_process";

/** Listens from its creation on. */
export class RuleChanges implements Disposable {
  readonly #monitor: ChildProcess;
  #changes = 0;
  #wake: (() => void) | undefined;

  constructor() {
    this.#monitor = spawn("nft", ["monitor"], { stdio: ["ignore", "pipe", "inherit"] });
    this.#monitor.stdout?.on("data", () => {
      this.#changes += 1;
      this.#wake?.();
    });
  }

  /** Tries `holds` now and after each change until it is true; the test's time limit bounds it. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    for (;;) {
      const before = this.#changes;
      if (await holds()) return;
      if (this.#changes === before) await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  [Symbol.dispose](): void {
    this.#monitor.kill();
  }
}
