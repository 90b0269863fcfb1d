/**
 * The runtime contract on containerd and runc; one test at a time, since they use the same pod names and so the same
 * folders of logs.
 */
import { after, before, describe } from "node:test";
import { CriStreams } from "../../src/kubelet/runtime/cri/cri-streams.ts";
import { LogFiles } from "../../src/kubelet/runtime/cri/log-files-node.ts";
import { dialStream } from "../../src/kubelet/runtime/cri/stream-dialer-node.ts";
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
        streams: new CriStreams(machine.env, {
          rpc: machine.containerd.rpc,
          dial: dialStream,
          dialPod: (network, port, signal) => machine.relays.dial(network, port, signal),
        }),
        logs: new LogFiles(machine.env, { runtime: machine.runtime }),
        shellImage: machines.registry.add("busybox:1.36"),
        missingImage: `${machines.registry.address}/missing:1`,
        run: (body) => body(),
        [Symbol.asyncDispose]: () => machines.giveBack(machine),
      };
    });
  });
});
