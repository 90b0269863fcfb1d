/** Ranges of pod addresses for nodes: alone as pieces, and through the API. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nodes } from "#api";
import { TestCluster } from "../testing/cluster.ts";
import { controllers } from "../mod.ts";
import { NodeRanges } from "./node-ranges.ts";

test("ranges: the first free piece, kept until the node goes; what others gave is taken", () => {
  const ranges = new NodeRanges("10.244.0.0/22", 24);
  ranges.occupy("old", "10.244.1.0/24");
  ranges.occupy("elsewhere", "192.168.0.0/24");
  assert.equal(ranges.allocate("a"), "10.244.0.0/24");
  assert.equal(ranges.allocate("a"), "10.244.0.0/24");
  assert.deepEqual(
    ["b", "c", "d"].map((name) => ranges.allocate(name)),
    ["10.244.2.0/24", "10.244.3.0/24", undefined],
  );
  ranges.release("old");
  assert.equal(ranges.allocate("d"), "10.244.1.0/24");
});

test("ranges: a pool that does not begin at a boundary of its own counts from its network", () => {
  const ranges = new NodeRanges("172.30.7.9/16", 26);
  assert.deepEqual(
    ["a", "b"].map((name) => ranges.allocate(name)),
    ["172.30.0.0/26", "172.30.0.64/26"],
  );
});

test("each node gets a range of its own, also after another manager took over and nodes have gone", async () => {
  await TestCluster.run(
    "ipam",
    async (cluster) => {
      const options = { allocateNodeCidrs: true, clusterCidr: "10.244.0.0/22" };
      const ranges = async (): Promise<string> => {
        await cluster.env.clock.sleep(1_000);
        const all = await cluster.list(nodes);
        return all.map(({ metadata, spec }) => `${metadata.name} ${spec.podCIDRs?.join() ?? "-"}`).join(", ");
      };
      const first = await cluster.startManager(controllers, options);
      await Promise.all(["a", "b", "c"].map((name) => cluster.create(nodes, { metadata: { name } })));
      const given = await ranges();
      assert.deepEqual(
        given
          .split(", ")
          .map((one) => one.slice(2))
          .sort(),
        ["10.244.0.0/24", "10.244.1.0/24", "10.244.2.0/24"],
      );
      await first[Symbol.asyncDispose]();
      await cluster.startManager(controllers, options, "second");
      for (const name of ["d", "e"]) await cluster.create(nodes, { metadata: { name } });
      assert.equal(await ranges(), `${given}, d 10.244.3.0/24, e -`);
      await cluster.admin.of(nodes).delete({ name: "d" }, cluster.signal);
      assert.equal(await ranges(), `${given}, e 10.244.3.0/24`);
    },
    { startManager: false },
  );
});
