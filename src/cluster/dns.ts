/** The cluster's DNS on this machine: who reads names, who writes the Service's endpoint, and who is asked of others. */
import { parseIp } from "#api";
import type { Component, Env } from "#base";
import { InformerSet } from "#client";
import { readNodeDns } from "#kubelet";
import { ClusterDns, dnsAccount, HttpPages, TcpStreams, UdpDatagrams } from "#network";
import type { Access } from "./access.ts";
import { started } from "./components.ts";
import { administrator } from "./identities.ts";

/** Whose node, and where pods reach it. */
export interface DnsOptions {
  readonly nodeName: string;
  readonly address: string;
  /** Of the Service. Default 10.96.0.10. */
  readonly serviceAddress?: string;
  /** Default `cluster.local`. */
  readonly clusterDomain?: string;
}

/** Answers when it resolves; dispose takes the endpoint away. */
export async function startDns(
  env: Env,
  access: Access,
  options: DnsOptions,
  signal: AbortSignal,
): Promise<Component> {
  const client = access.accountClient(dnsAccount, "navarch-dns");
  const informers = new InformerSet(env.child("informers"), { client });
  const upstreams = readNodeDns()
    .servers.filter((address) => parseIp(address) !== undefined)
    .map((address) => ({ address, port: 53 }));
  const dns = new ClusterDns(
    env,
    {
      owner: access.client(administrator, "navarch-dns"),
      informers,
      datagrams: new UdpDatagrams(),
      streams: new TcpStreams(),
      pages: new HttpPages(),
    },
    { ...options, upstreams },
  );
  const component: Component = {
    start: (starting) => dns.start(starting),
    ready: () => dns.ready(),
    async [Symbol.asyncDispose]() {
      await dns[Symbol.asyncDispose]();
      await informers[Symbol.asyncDispose]();
    },
  };
  return started(component, signal);
}
