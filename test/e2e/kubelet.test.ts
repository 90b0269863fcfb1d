/** The kubelet's suite on containerd and runc, in real time: so several tests at once, and none of minutes. */
import { after, before, describe } from "node:test";
import { kubeletSuite } from "../../src/kubelet/kubelet.suite.ts";
import { onOwnMachine } from "./harness/own-machine.ts";
import { RealNode } from "./harness/real-node.ts";
import { RealRuntimes } from "./harness/real-runtime.ts";

onOwnMachine(import.meta.filename, () => {
  describe("a real node", { concurrency: 8 }, () => {
    const machines = new RealRuntimes();
    before(() => machines.registry.start());
    after(() => machines[Symbol.asyncDispose]());

    const make = async (): Promise<RealNode> => new RealNode(machines, await machines.take());
    kubeletSuite("containerd", make, { patienceSeconds: 120 });
  });
});
