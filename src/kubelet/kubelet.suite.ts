/**
 * What the kubelet must do, on any runtime: the suite that runs on the twin in virtual time, and on a real
 * node. Pods are bound to the node as a scheduler would, and judged by what the API and the runtime show.
 */
import { test } from "node:test";
import { adoptionTests } from "./suite/adoption.suite.ts";
import { imageTests } from "./suite/images.suite.ts";
import { initTests } from "./suite/init.suite.ts";
import { lifeTests } from "./suite/life.suite.ts";
import { nodeTests } from "./suite/node.suite.ts";
import { probeTests } from "./suite/probes.suite.ts";
import { resizeTests } from "./suite/resize.suite.ts";
import { restartTests } from "./suite/restarts.suite.ts";
import { staticTests } from "./suite/static.suite.ts";
import { securityTests } from "./suite/security.suite.ts";
import { type Check, type KubeletHarness, NodeBench } from "./testing/node-bench.ts";

/** `patienceSeconds`: tests that last longer are skipped, where time is real. Default: none is. */
export function kubeletSuite(
  name: string,
  make: () => Promise<KubeletHarness>,
  { patienceSeconds = Infinity }: { readonly patienceSeconds?: number } = {},
): void {
  const check: Check = (title, body, { lastsSeconds } = { lastsSeconds: 0 }) => {
    const skip = lastsSeconds > patienceSeconds ? `lasts ${lastsSeconds} s` : false;
    test(`${name}: ${title}`, { skip }, async () => {
      try {
        await using harness = await make();
        await harness.run(async () => {
          await harness.startKubelet();
          await body(new NodeBench(harness));
        });
      } catch (error) {
        // Reporters show nothing of the two errors of a test whose end failed as well.
        throw error instanceof SuppressedError ? error.suppressed : error;
      }
    });
  };
  // Where several run at once, those that last longest come first.
  adoptionTests(check);
  nodeTests(check);
  staticTests(check);
  restartTests(check);
  probeTests(check);
  lifeTests(check);
  resizeTests(check);
  securityTests(check);
  initTests(check);
  imageTests(check);
}
