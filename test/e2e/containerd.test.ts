/** The runtime contract on containerd and runc. */
import { after, before } from "node:test";
import { runtimeContract } from "../../src/kubelet/runtime/runtime.contract.ts";
import { onOwnMachine } from "./harness/own-machine.ts";
import { RealRuntime } from "./harness/real-runtime.ts";

onOwnMachine(import.meta.filename, () => {
  const machine = new RealRuntime();
  before(() => machine.start());
  after(() => machine[Symbol.asyncDispose]());

  runtimeContract("containerd", async () => ({
    env: machine.env,
    runtime: machine.runtime,
    images: machine.images,
    shellImage: machine.registry.add("busybox:1.36"),
    missingImage: `${machine.registry.address}/missing:1`,
    run: (body) => body(),
    [Symbol.asyncDispose]: () => machine.clear(),
  }));
});
