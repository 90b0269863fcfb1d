/**
 * The ranges of pod addresses that nodes have, cut from the cluster's: `10.244.0.0/16` in pieces of `/24`. A range that
 * was given to a node is taken until the node is gone, whether the informer has seen it yet or not.
 */
import { formatCidr, networkOf, parseCidr } from "#api";

export class NodeRanges {
  readonly #base: Uint8Array;
  readonly #prefixLength: number;
  readonly #count: number;
  /** Pieces by node, in both ways. */
  readonly #ofNode = new Map<string, number>();
  readonly #taken = new Map<number, string>();

  /** IPv4; throws a TypeError for what cannot be cut. */
  constructor(clusterCidr: string, prefixLength: number) {
    const parsed = parseCidr(clusterCidr);
    if (
      parsed === undefined ||
      parsed.address.length !== 4 ||
      prefixLength < parsed.prefixLength ||
      prefixLength > 30
    )
      throw new TypeError(`Cannot cut "${clusterCidr}" into ranges of /${prefixLength}`);
    this.#base = networkOf(parsed);
    this.#prefixLength = prefixLength;
    this.#count = 2 ** (prefixLength - parsed.prefixLength);
  }

  /** Says that the node has that range; one that is not a piece of the cluster's is nobody's business here. */
  occupy(node: string, cidr: string): void {
    const piece = this.#pieceOf(cidr);
    if (piece === undefined || this.#ofNode.get(node) === piece) return;
    this.release(node);
    if (this.#taken.has(piece)) return;
    this.#ofNode.set(node, piece);
    this.#taken.set(piece, node);
  }

  /** The node's range, or the first free one, which is the node's from now on; undefined when all are taken. */
  allocate(node: string): string | undefined {
    const known = this.#ofNode.get(node);
    if (known !== undefined) return this.#text(known);
    for (let piece = 0; piece < this.#count; piece += 1) {
      if (this.#taken.has(piece)) continue;
      this.#ofNode.set(node, piece);
      this.#taken.set(piece, node);
      return this.#text(piece);
    }
    return undefined;
  }

  release(node: string): void {
    const piece = this.#ofNode.get(node);
    if (piece === undefined) return;
    this.#ofNode.delete(node);
    this.#taken.delete(piece);
  }

  #text(piece: number): string {
    const number = Buffer.from(this.#base).readUInt32BE() + piece * 2 ** (32 - this.#prefixLength);
    const address = Buffer.alloc(4);
    address.writeUInt32BE(number);
    return formatCidr({ address: Uint8Array.from(address), prefixLength: this.#prefixLength });
  }

  #pieceOf(cidr: string): number | undefined {
    const parsed = parseCidr(cidr);
    if (parsed === undefined || parsed.address.length !== 4 || parsed.prefixLength !== this.#prefixLength)
      return undefined;
    const offset = Buffer.from(networkOf(parsed)).readUInt32BE() - Buffer.from(this.#base).readUInt32BE();
    const piece = offset / 2 ** (32 - this.#prefixLength);
    return piece >= 0 && piece < this.#count ? piece : undefined;
  }
}
