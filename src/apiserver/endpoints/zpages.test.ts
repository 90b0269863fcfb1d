/** Who reads the server's status and flags. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "../served.suite.ts";
import { userOf } from "../user.ts";

test("/statusz and /flagz are for those who monitor, and listed among the paths", () =>
  serve("zpages", async ({ as, admin }) => {
    for (const path of ["/statusz", "/flagz"]) {
      const stranger = as(userOf("jane", ["system:authenticated"]));
      assert.equal((await stranger.get(path)).status, 403);
      const monitor = as(userOf("prometheus", ["system:monitoring", "system:authenticated"]));
      const { status, body } = await monitor.get(path);
      assert.equal(status, 200);
      assert.ok(String(body).startsWith(`\napiserver ${path.slice(1)}\n`), String(body));
      assert.equal((await monitor.get(path, { accept: "application/json" })).status, 406);
    }
    const { body } = await admin.get("/statusz");
    assert.match(String(body), /^Paths.* \/flagz \/healthz \/livez \/metrics \/readyz \/statusz \/version$/m);
    const index = await admin.get("/");
    const { paths } = index.body as { readonly paths: readonly string[] };
    assert.ok(paths.includes("/statusz") && paths.includes("/flagz"));
  }));
