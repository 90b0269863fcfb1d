/** Another machine joins a cluster that `navarch up` runs, and leaves it. */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findProgram } from "../testing/find-program.ts";
import { root, run } from "../testing/program.ts";
import { MachineCluster } from "./harness/machine-cluster.ts";
import { onOwnMachine } from "./harness/own-machine.ts";
import { firstAddress, SecondMachine } from "./harness/second-machine.ts";

const kubectl = findProgram("kubectl");
const skip = kubectl === undefined ? "needs kubectl" : false;
const account = "/var/run/secrets/kubernetes.io/serviceaccount";

const manifest = `
apiVersion: v1
kind: Pod
metadata: {name: far}
spec:
  nodeName: n2
  terminationGracePeriodSeconds: 1
  containers:
  - name: main
    image: "busybox:1"
    command: [sh, -c, "echo here; while true; do sleep 60; done"]
    volumeMounts: [{name: kubectl, mountPath: /kubectl}]
  volumes: [{name: kubectl, hostPath: {path: ${kubectl}}}]
`;

onOwnMachine(import.meta.filename, () => {
  test("a machine joins by `navarch node add`, its pods reach the API, and it is removed", {
    skip,
  }, async () => {
    const shared = mkdtempSync(join(tmpdir(), "navarch-join-"));
    await using second = await SecondMachine.start("n2");
    await using cluster = new MachineCluster();
    const node = (...args: readonly string[]): ReturnType<typeof run> =>
      run(join(root, "bin/navarch"), ["node", ...args, "--data", cluster.data]);

    const early = await node("add", "n2");
    assert.match(early.stderr, /it does not run/);
    await cluster.up(["--listen", `${firstAddress}:6443`]);
    const added = await node("add", "n2");
    assert.equal(added.code, 0, added.stderr);
    const remote = ["--node-name", "n2", "--node", "real", "--data", "/run/navarch-data"];
    for (const file of ["kubelet-n2.conf", "proxy.conf"]) {
      assert.ok(added.stdout.includes(join(cluster.data, file)), added.stdout);
      copyFileSync(join(cluster.data, file), join(shared, file));
    }
    await second.navarch("kubelet", "--kubeconfig", join(shared, "kubelet-n2.conf"), ...remote);
    await second.navarch("proxy", "--kubeconfig", join(shared, "proxy.conf"), "--node-name", "n2");
    await cluster.loadBusybox("busybox:1");
    copyFileSync(cluster.archive("busybox:1"), join(shared, "image"));
    const load = ["image", "load", join(shared, "image"), "--data", "/run/navarch-data"];
    second.run(join(root, "bin/navarch"), ...load);

    await cluster.kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=30s");
    await cluster.apply(manifest);
    await cluster.kubectl("wait", "pod/far", "--for=condition=Ready", "--timeout=30s");
    assert.equal(await cluster.kubectl("logs", "far"), "here\n");
    const trust = `--certificate-authority ${account}/ca.crt --token $(cat ${account}/token)`;
    const ask = `/kubectl --server https://kubernetes.default.svc ${trust} get --raw /version`;
    assert.match(await cluster.kubectl("exec", "far", "--", "sh", "-c", ask), /"minor": ?"36"/);

    assert.match((await node("remove", "n2")).stdout, /Node "n2" is removed/);
    assert.match((await node("remove", "n3")).stdout, /no node "n3"/);
    rmSync(shared, { recursive: true });
  });
});
