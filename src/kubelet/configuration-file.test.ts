/** Kubelet configuration files. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError, readConfiguration } from "./configuration-file.ts";

const head = { apiVersion: "kubelet.config.k8s.io/v1beta1", kind: "KubeletConfiguration" };

test("readConfiguration() has what the file says, and leaves the rest to defaults", () => {
  assert.deepEqual(readConfiguration(head), {});
  const file = {
    ...head,
    maxPods: 50,
    podPidsLimit: 1000,
    evictionHard: { "memory.available": "200Mi", "nodefs.available": "0%", "nodefs.inodesFree": "5%" },
    evictionSoft: { "memory.available": "1Gi" },
    evictionSoftGracePeriod: { "memory.available": "1m30s" },
    evictionPressureTransitionPeriod: "30s",
    imageGCHighThresholdPercent: 90,
    imageMinimumGCAge: "1m0s",
    systemReserved: { cpu: "100m" },
    kubeReserved: { cpu: "200m", memory: "1Gi" },
    containerLogMaxSize: "1Mi",
    containerLogMaxFiles: 3,
    staticPodPath: "/etc/pods",
    healthzPort: 0,
    cgroupDriver: "cgroupfs",
    syncFrequency: "0s",
  };
  assert.deepEqual(readConfiguration(file), {
    maxPods: 50,
    podPidsLimit: 1000,
    evictionThresholds: [
      { signal: "memory.available", value: "200Mi", graceMs: 0 },
      { signal: "nodefs.inodesFree", value: "5%", graceMs: 0 },
      { signal: "memory.available", value: "1Gi", graceMs: 90_000 },
    ],
    pressureTransitionMs: 30_000,
    imagesHighPercent: 90,
    imagesMinAgeMs: 60_000,
    reserved: { cpu: "300m", memory: "1Gi" },
    logs: { maxSizeBytes: 1024 ** 2, maxFiles: 3 },
    staticPodPath: "/etc/pods",
    healthz: { host: "127.0.0.1", port: 0 },
  });
});

const refusals: readonly (readonly [fields: object, said: RegExp])[] = [
  [{ cpuManagerPolicy: "static" }, /cpuManagerPolicy is always "none" here, and cannot be "static"/],
  [{ providerID: "x" }, /"providerID" is no field that this kubelet honours/],
  [{ toString: "x" }, /"toString" is no field/],
  [{ containerLogMaxFiles: 1 }, /containerLogMaxFiles is not at least 2/],
  [{ containerLogMaxSize: "0" }, /containerLogMaxSize is no quantity above 0/],
  [{ staticPodPath: "pods" }, /staticPodPath is no absolute path/],
  [{ kind: "Pod" }, /kind is not "KubeletConfiguration"/],
  [{ evictionHard: { "disk.available": "1" } }, /evictionHard has no signal "disk.available"/],
  [{ evictionHard: { "memory.available": "much" } }, /neither a quantity nor a percentage: "much"/],
  [{ evictionHard: {}, evictionSoft: { "memory.available": "1Gi" } }, /has no grace/],
  [{ maxPods: 0 }, /maxPods is not a positive number/],
  [{ imageGCLowThresholdPercent: 90 }, /not below/],
];

test("readConfiguration() refuses what it cannot keep, by name", () => {
  for (const [fields, said] of refusals) {
    assert.throws(
      () => readConfiguration({ ...head, ...fields }),
      (error) => error instanceof ConfigurationError && said.test(error.message),
      JSON.stringify(fields),
    );
  }
});
