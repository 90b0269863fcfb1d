/** The door of `network`: the service proxy and the cluster's DNS. */
export { dnsAccount } from "./dns/addon.ts";
export {
  ClusterDns,
  type ClusterDnsDeps,
  type ClusterDnsOptions,
  defaultDnsAddress,
} from "./dns/cluster-dns.ts";
export { DnsServer, type DnsServerDeps, type DnsServerOptions } from "./dns/dns-server.ts";
export type { ForwarderOptions } from "./dns/forwarder.ts";
export type { PodNames } from "./dns/handler.ts";
export { SimSockets } from "./dns/sim-sockets.ts";
export { type Datagrams, type SocketAddress, SocketError, type Streams } from "./dns/sockets.ts";
export { TcpStreams, UdpDatagrams } from "./dns/sockets-node.ts";
export { HttpPages } from "./http-pages-node.ts";
export { Forwarding } from "./node/forwarding.ts";
export { IpProgram } from "./node/ip-program.ts";
export { firstAddress } from "./node/network-plan.ts";
export { clearNodeNetwork, holdAddress, NodeNetwork, type NodeNetworkPrograms } from "./node/node-network.ts";
export type { Page, Pages } from "./pages.ts";
export { HealthPages } from "./proxy/health-pages.ts";
export {
  InteractiveNft,
  type InteractiveNftOptions,
} from "./proxy/interactive-nft.ts";
export type { NftSink } from "./proxy/nft-sink.ts";
export type { Backend } from "./proxy/backends.ts";
export type { ProxyNode } from "./proxy/place.ts";
export { rules } from "./proxy/rules.ts";
export { ServiceProxy, type ServiceProxyDeps, type ServiceProxyOptions } from "./proxy/service-proxy.ts";
export type { HealthCheck } from "./proxy/service-rules.ts";
export { SimNft } from "./proxy/sim-nft.ts";
export { diff, removal, transaction, wholeTransaction } from "./proxy/transaction.ts";
export type { Channels, Dialer } from "./userspace/channels.ts";
export { TcpChannels } from "./userspace/channels-node.ts";
export { SimChannels } from "./userspace/sim-channels.ts";
export { UserspaceProxy, type UserspaceProxyDeps } from "./userspace/userspace-proxy.ts";
