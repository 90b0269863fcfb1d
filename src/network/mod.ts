/** The door of `network`: the service proxy and the cluster's DNS. */
export {
  InteractiveNft,
  type InteractiveNftOptions,
} from "./proxy/interactive-nft.ts";
export type { NftSink } from "./proxy/nft-sink.ts";
export type { ProxyNode } from "./proxy/place.ts";
export { rules } from "./proxy/rules.ts";
export { ServiceProxy, type ServiceProxyDeps, type ServiceProxyOptions } from "./proxy/service-proxy.ts";
export type { HealthCheck } from "./proxy/service-rules.ts";
export { SimNft } from "./proxy/sim-nft.ts";
export { diff, transaction, wholeTransaction } from "./proxy/transaction.ts";
