/** What the writer was told, as it tells it: creations and deletions that must hold from then on. */
import type { Readable } from "node:stream";

export interface Created {
  readonly name: string;
  readonly revision: number;
  readonly hash: string;
}

export class Acknowledged {
  /** Created, and nobody has asked for its end. */
  readonly alive = new Map<string, Created>();
  /** Deleted since `forget`. */
  readonly gone = new Set<string>();
  /** Writes that were acknowledged. */
  count = 0;
  #rest = "";
  #wake: (() => void) | undefined;

  constructor(lines: Readable) {
    lines.setEncoding("utf8").on("data", (text: string) => {
      const all = (this.#rest + text).split("\n");
      this.#rest = all.pop() ?? "";
      for (const line of all) this.#read(line);
      this.#wake?.();
    });
  }

  async reaches(count: number): Promise<void> {
    while (this.count < count) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** Deletions that were checked need not be checked again. */
  forget(): void {
    this.gone.clear();
  }

  #read(line: string): void {
    const [what, name = "", revision = "", hash = ""] = line.split(" ");
    if (what === "?") {
      this.alive.delete(name);
      return;
    }
    this.count += 1;
    if (what === "-") {
      this.gone.add(name);
      return;
    }
    this.alive.set(name, { name, revision: Number(revision), hash });
  }
}
