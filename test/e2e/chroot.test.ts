/** A real node in a chroot: refused, since commands in its containers would run outside of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../testing/program.ts";
import { onOwnMachine } from "./harness/own-machine.ts";

onOwnMachine(import.meta.filename, () => {
  test("a node in a chroot says that containers cannot run there", async () => {
    const enter = `
      mkdir /run/root && mount -t tmpfs tmpfs /run/root && mkdir /run/root/run && cd / || exit 9
      for one in *; do
        if [ -L "$one" ]; then cp -d "$one" /run/root/
        elif [ "$one" != run ] && [ -d "$one" ]; then mkdir "/run/root/$one"; mount --rbind "$one" "/run/root/$one"; fi
      done
      exec chroot /run/root "$@"`;
    const up = [process.execPath, `${import.meta.dirname}/../../src/cli/main.ts`, "up", "--node", "real"];
    const { code, stderr } = await run("sh", ["-c", enter, "sh", ...up, "--data", "/run/data"], {
      HOME: "/run",
    });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /Cannot run containers in a chroot/);
  });
});
