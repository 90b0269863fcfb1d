/** Whose users a runtime's containers have; a part of `runtime.contract.ts`. */
import assert from "node:assert/strict";
import type { RuntimeBench } from "../testing/runtime-bench.ts";

type Check = (title: string, body: (bench: RuntimeBench) => Promise<void>) => void;

export function userTests(check: Check): void {
  check("a pod has users of its own where the handler says so", async (bench) => {
    const { handlers } = await bench.runtime.status(bench.signal);
    // Nobody asks another one: some would ignore it, and some refuse the container.
    if (handlers.find((one) => one.name === "")?.userNamespaces !== true) return;
    const users = { first: 131_072, count: 65_536 };
    const id = await bench.start(await bench.sandbox("a", users), "sleep 1000");
    const { stdout } = await bench.runtime.execSync(id, ["cat", "/proc/self/uid_map"], 10, bench.signal);
    const map = stdout.trim().split(/\s+/).map(Number);
    assert.deepEqual(map, [0, 131_072, 65_536]);
  });
}
