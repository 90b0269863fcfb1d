/** The table of commands, in the order of the help. Each is loaded when it is named: most of them bring half the program. */
import type { CommandRow } from "../command.ts";

export const commands: readonly CommandRow[] = [
  {
    name: "up",
    summary: "start a cluster, or continue where it stopped",
    load: async () => (await import("./up.ts")).up,
  },
  {
    name: "down",
    summary: "stop a cluster, keeping its state",
    load: async () => (await import("./down.ts")).down,
  },
  {
    name: "status",
    summary: "show whether a cluster runs, and what it holds",
    load: async () => (await import("./status.ts")).status,
  },
  {
    name: "image",
    summary: "load images into the machine's node, or list them",
    load: async () => (await import("./image.ts")).image,
  },
  {
    name: "node",
    summary: "let another machine join the cluster, or take a node out of it",
    load: async () => (await import("./node.ts")).node,
  },
  {
    name: "apiserver",
    summary: "run only the API server",
    load: async () => (await import("./apiserver.ts")).apiserver,
  },
  {
    name: "controller-manager",
    summary: "run only the controllers",
    load: async () => (await import("./controller-manager.ts")).controllerManager,
  },
  {
    name: "scheduler",
    summary: "run only the scheduler",
    load: async () => (await import("./scheduler.ts")).scheduler,
  },
  {
    name: "kubelet",
    summary: "run only one node",
    load: async () => (await import("./kubelet.ts")).kubelet,
  },
  {
    name: "proxy",
    summary: "run only the service proxy of this machine",
    load: async () => (await import("./proxy.ts")).proxy,
  },
  {
    name: "dns",
    summary: "run only the cluster's DNS, at a node's pod-side address",
    load: async () => (await import("./dns.ts")).dns,
  },
];
