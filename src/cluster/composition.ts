/**
 * What runs over a cluster's API server, by its configuration: a list of steps, all at once, each of which starts one
 * component or several alike. Nothing starts before its step is taken.
 */
import type { Component } from "#base";
import type { ServeKubelet } from "#kubelet";
import type { ClusterConfig } from "./cluster-config.ts";
import {
  startControllers,
  started,
  startScheduler,
  startVirtualNode,
  type VirtualNodeDeps,
  virtualNodeServices,
} from "./components.ts";
import { kubeletPort } from "./kubelet-serving.ts";
import { dnsAddressIn } from "./network-ranges.ts";
import type { RealNodeOptions } from "./real-node.ts";
import { servedNode, type ServedCluster } from "./served-cluster.ts";
import { type ServiceSockets, UserspaceNetwork } from "./userspace-network.ts";

/** A component by its name, as `notReady()` tells of it. */
export type Part = readonly [name: string, start: () => Promise<Component>];

/** A step of the start, as its hearer is told of it. */
export interface Step {
  readonly name: string;
  readonly parts: readonly Part[];
}

/** The steps that the configuration asks for. */
export function stepsOf(config: ClusterConfig, served: ServedCluster, signal: AbortSignal): readonly Step[] {
  const { realNode, sockets, virtualNodes } = config;
  return [
    ...controlPlane(config, served, signal),
    ...(virtualNodes > 0 ? [nodes(config, served, signal)] : []),
    ...(sockets === undefined ? [] : [services(config, sockets, served, signal)]),
    ...(realNode === undefined ? [] : machine(config, realNode, served, signal)),
  ];
}

function controlPlane(
  config: ClusterConfig,
  { env, pki, access }: ServedCluster,
  signal: AbortSignal,
): readonly Step[] {
  const steps: Step[] = [];
  const options = {
    rootCa: pki.ca.certificatePem,
    leaderElect: false,
    identity: `${config.name}_${env.random.uuid()}`,
    allocateNodeCidrs: config.realNode !== undefined,
    ...config.ranges,
  };
  const controllers: Part[1] = () => startControllers(env.child("controllers"), access, options, signal);
  const scheduler: Part[1] = () => startScheduler(env.child("scheduler"), access, undefined, signal);
  if (config.controllers) steps.push({ name: "controllers", parts: [["controller-manager", controllers]] });
  if (config.scheduler) steps.push({ name: "scheduler", parts: [["scheduler", scheduler]] });
  return steps;
}

/** Virtual nodes, which the API server of this process reaches by a call. */
function nodes(
  config: ClusterConfig,
  { env, access, nodes: local }: ServedCluster,
  signal: AbortSignal,
): Step {
  const serve: ServeKubelet = async ({ nodeName, server }) => local.add(nodeName, server);
  const nodesEnv = env.child("nodes");
  let shared: Promise<VirtualNodeDeps> | undefined;
  const share = async (): Promise<VirtualNodeDeps> => {
    return { serve, services: await virtualNodeServices(nodesEnv, access, `${config.name}-0`, signal) };
  };
  const parts = Array.from({ length: config.virtualNodes }, (_, index): Part => {
    const name = `${config.name}-${index}`;
    const options = { name, index, ...config.ranges };
    return [
      `kubelet ${name}`,
      async () => startVirtualNode(nodesEnv.child(name), access, options, await (shared ??= share()), signal),
    ];
  });
  return { name: `${parts.length} virtual ${parts.length === 1 ? "node" : "nodes"}`, parts };
}

function services(
  config: ClusterConfig,
  sockets: ServiceSockets,
  { env, access, nodes: kubelets }: ServedCluster,
  signal: AbortSignal,
): Step {
  const options = { nodeName: `${config.name}-0`, ownPages: false };
  const start: Part[1] = () =>
    started(new UserspaceNetwork(env.child("proxy"), { access, sockets, kubelets }, options), signal);
  return { name: "services", parts: [["proxy", start]] };
}

/** The machine's own node, and DNS where pods reach this machine; loaded where they run. */
function machine(
  config: ClusterConfig,
  node: RealNodeOptions,
  served: ServedCluster,
  signal: AbortSignal,
): readonly Step[] {
  const { env, access } = served;
  const serve = servedNode(served, node.kubeletPort ?? kubeletPort);
  const kubelet: Part[1] = async () => {
    const { serviceNetwork, startRealNode } = await import("./real-node.ts");
    const beside = serviceNetwork(env.child("proxy"), access, node);
    return startRealNode(env.child("node"), access, node, { serve, beside }, signal);
  };
  const steps: Step[] = [{ name: "node", parts: [[`kubelet ${node.name}`, kubelet]] }];
  if (config.advertise === undefined) return steps;
  const options = {
    nodeName: node.name,
    address: config.advertise,
    serviceAddress: dnsAddressIn(config.ranges?.serviceRange),
    ...config.ranges,
  };
  const dns: Part[1] = async () =>
    (await import("./dns.ts")).startDns(env.child("dns"), access, options, signal);
  return [...steps, { name: "DNS", parts: [["dns", dns]] }];
}
