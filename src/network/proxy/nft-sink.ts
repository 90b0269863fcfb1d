/**
 * Where transactions go. Twins: the kernel by nft (`interactive-nft.ts`) and tables in memory (`sim-nft.ts`); both pass
 * `nft-sink.contract.ts`. Nothing is ever read back.
 */
export interface NftSink {
  /**
   * Carries out the commands in order, all or none. Rejects with `ProxyError`: `refused` when nothing took effect,
   * `broken` when nobody knows. One at a time.
   */
  apply(commands: readonly string[], signal: AbortSignal): Promise<void>;
}
