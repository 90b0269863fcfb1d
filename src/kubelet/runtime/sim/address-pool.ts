/**
 * Addresses for simulated pods, from one IPv4 range: the next free one, so that an address is not reused at
 * once.
 */
import { RuntimeError } from "../errors.ts";

export class AddressPool {
  readonly #base: number;
  readonly #size: number;
  readonly #taken = new Set<number>();
  /** The network's own address and the gateway are never given out. */
  #next = 2;

  /** `cidr` as in `10.244.1.0/24`. */
  constructor(cidr: string) {
    const [address = "", bits = "32"] = cidr.split("/");
    this.#base = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    this.#size = 2 ** (32 - Number(bits));
  }

  take(): string {
    for (let tried = 0; tried < this.#size; tried++) {
      const offset = this.#next;
      this.#next = offset + 1 < this.#size - 1 ? offset + 1 : 2;
      if (this.#taken.has(offset)) continue;
      this.#taken.add(offset);
      return this.#text(offset);
    }
    throw new RuntimeError("failed", "Cannot set up the pod's network: no free address in the node's range");
  }

  giveBack(address: string): void {
    const value = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    this.#taken.delete(value - this.#base);
  }

  #text(offset: number): string {
    const value = this.#base + offset;
    return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
  }
}
