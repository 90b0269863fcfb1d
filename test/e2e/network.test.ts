/** The suites of network and pods, twice: a cluster in one process, and one of a process for each component. */
import { after, before, describe } from "node:test";
import { makeLan } from "./harness/lan.ts";
import { MachineCluster } from "./harness/machine-cluster.ts";
import { onOwnMachine } from "./harness/own-machine.ts";
import { ProcessCluster } from "./harness/process-cluster.ts";
import { networkSuite } from "./network.suite.ts";
import { podsSuite } from "./pods.suite.ts";

/** An address as a machine with a network card has one, and nothing behind it. */
const address = "192.168.9.1";

onOwnMachine(import.meta.filename, () => {
  describe("one process", () => {
    const cluster = new MachineCluster();
    before(async () => {
      await cluster.up();
      await cluster.loadBusybox("busybox:1");
    });
    after(() => cluster[Symbol.asyncDispose]());
    networkSuite("the network", () => cluster);
    podsSuite("pods", () => cluster);
  });

  describe("a process for each component", () => {
    const cluster = new ProcessCluster({ address, nodes: ["n1"] });
    before(async () => {
      makeLan(address);
      await cluster.up();
      await cluster.loadBusybox("busybox:1");
    });
    after(() => cluster[Symbol.asyncDispose]());
    networkSuite("the network", () => cluster);
    podsSuite("pods", () => cluster);
  });
});
