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
    systemReserved: { cpu: "100m" },
    kubeReserved: { cpu: "200m", memory: "1Gi" },
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
    reserved: { cpu: "300m", memory: "1Gi" },
  });
});

const refusals: readonly (readonly [fields: object, said: RegExp])[] = [
  [{ cpuManagerPolicy: "static" }, /"cpuManagerPolicy" is no field that this kubelet honours/],
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
