/**
 * The runtime contract on containerd and runc; one test at a time, since they use the same pod names and so the same
 * folders of logs.
 */
import { after, before, describe } from "node:test";
import { runtimeContract } from "../../src/kubelet/runtime/runtime.contract.ts";
import { onOwnMachine } from "./harness/own-machine.ts";
import { RealRuntimes } from "./harness/real-runtime.ts";

onOwnMachine(import.meta.filename, () => {
  describe("a real runtime", { concurrency: 1 }, () => {
    const machines = new RealRuntimes();
    before(() => machines.registry.start());
    after(() => machines[Symbol.asyncDispose]());

    runtimeContract("containerd", async () => {
      const machine = await machines.take();
      return {
        env: machine.env,
        runtime: machine.runtime,
        images: machine.images,
        shellImage: machines.registry.add("busybox:1.36"),
        missingImage: `${machines.registry.address}/missing:1`,
        run: (body) => body(),
        [Symbol.asyncDispose]: () => machines.giveBack(machine),
      };
    });
  });
});
