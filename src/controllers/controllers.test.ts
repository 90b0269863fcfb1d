/** The table of controllers: names once each, and users that the bootstrap policy knows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterRoles } from "#api";
import { controllers } from "./controllers.ts";
import { TestCluster } from "./testing/cluster.ts";

test("Each controller has a name of its own, and a user with a bootstrap role", async () => {
  const names = controllers.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  await TestCluster.run(
    "users",
    async (cluster) => {
      const roles = new Set((await cluster.list(clusterRoles)).map(({ metadata }) => metadata.name));
      const unknown = controllers
        .map(({ user }) => `system:controller:${user}`)
        .filter((role) => !roles.has(role));
      assert.deepEqual(unknown, []);
    },
    { startManager: false },
  );
});
