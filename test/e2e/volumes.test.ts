/** Volumes of a real node, as containers see them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { Container, Pod, PodSpec } from "../../src/api/mod.ts";
import { configMaps, secrets } from "../../src/api/mod.ts";
import type { NewObject } from "../../src/client/mod.ts";
import { NodeBench, waitingFor } from "../../src/kubelet/testing/node-bench.ts";
import { onOwnMachine } from "./harness/own-machine.ts";
import { RealNode } from "./harness/real-node.ts";
import { RealRuntimes } from "./harness/real-runtime.ts";

const namespace = "default";
const mountPath = "/v";

onOwnMachine(import.meta.filename, () => {
  describe("volumes of a real node", { concurrency: 3 }, () => {
    const machines = new RealRuntimes();
    before(() => machines.registry.start());
    after(() => machines[Symbol.asyncDispose]());

    const check = (title: string, body: (bench: NodeBench) => Promise<void>): void => {
      test(title, async () => {
        await using node = new RealNode(machines, await machines.take());
        await node.startKubelet();
        await body(new NodeBench(node));
      });
    };

    check(
      "configMap and secret are files with their modes, and secrets are never on a disk",
      async (bench) => {
        const { client } = bench.harness;
        const metadata = { name: "c", namespace };
        await client.of(configMaps).create({ metadata, data: { a: "1", b: "2" } }, bench.signal);
        const data = { key: Buffer.from("hidden").toString("base64") };
        await client.of(secrets).create({ metadata: { name: "s", namespace }, data }, bench.signal);
        const said = await saidBy(bench, {
          volumes: [
            { name: "c", configMap: { name: "c", items: [{ key: "b", path: "deep/b", mode: 0o400 }] } },
            { name: "s", secret: { secretName: "s", defaultMode: 0o440 } },
          ],
          containers: [
            script(
              "cd /c; cat deep/b; stat -Lc ' %a' deep/b; ls; cat /s/key; stat -Lc ' %a' /s/key; grep -c ' /s tmpfs' /proc/mounts",
              [
                { name: "c", mountPath: "/c" },
                { name: "s", mountPath: "/s", readOnly: true },
              ],
            ),
          ],
        });
        assert.equal(said, "2 400\ndeep\nhidden 440\n1\n");
      },
    );

    check("a projected volume has the pod's token, bound to it, and fields of the pod", async (bench) => {
      const sources = [
        { serviceAccountToken: { path: "token", expirationSeconds: 600, audience: "here" } },
        { downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.name" } }] } },
      ];
      const said = await saidBy(bench, {
        volumes: [{ name: "v", projected: { sources } }],
        containers: [script("cat token; echo; cat name", [{ name: "v", mountPath }])],
      });
      const [token = "", name] = said.split("\n");
      const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as {
        readonly aud: readonly string[];
        readonly "kubernetes.io": { readonly pod: { readonly name: string } };
      };
      assert.deepEqual([claims.aud, claims["kubernetes.io"].pod.name, name], [["here"], "v", "v"]);
    });

    check(
      "emptyDir is shared by containers, in memory of a size, owned by the pod's group",
      async (bench) => {
        const said = await saidBy(bench, {
          securityContext: { fsGroup: 4321, runAsUser: 1234 },
          volumes: [
            { name: "disk", emptyDir: {} },
            { name: "ram", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
          ],
          initContainers: [script("echo left > /d/file", [{ name: "disk", mountPath: "/d" }], "init")],
          containers: [
            script("cat /d/file; stat -c %g /d/file; echo x > /r/x; grep ' /r ' /proc/mounts", [
              { name: "disk", mountPath: "/d" },
              { name: "ram", mountPath: "/r" },
            ]),
          ],
        });
        assert.match(said, /^left\n4321\ntmpfs \/r tmpfs .*size=1024k/);
      },
    );

    check(
      "the pod's group may read files of every kind of volume, and a token is its user's",
      async (bench) => {
        const { client } = bench.harness;
        await client
          .of(configMaps)
          .create({ metadata: { name: "c", namespace }, data: { file: "" } }, bench.signal);
        await client
          .of(secrets)
          .create({ metadata: { name: "s", namespace }, data: { file: "" } }, bench.signal);
        const token = { serviceAccountToken: { path: "file", expirationSeconds: 600 } };
        const fieldRef = { fieldPath: "metadata.name" };
        const volumes = [
          { name: "c", configMap: { name: "c", defaultMode: 0o400 } },
          { name: "s", secret: { secretName: "s", defaultMode: 0o400 } },
          { name: "d", downwardAPI: { items: [{ path: "file", fieldRef }], defaultMode: 0o400 } },
          { name: "t", projected: { sources: [token] } },
          { name: "m", emptyDir: { medium: "Memory" } },
        ];
        const volumeMounts = volumes.map(({ name }) => ({ name, mountPath: `/${name}` }));
        const look =
          "touch /m/file; chmod 440 /m/file; stat -Lc '%u %g %a' /c/file /s/file /d/file /t/file /m/file";
        const owned = await saidBy(bench, {
          securityContext: { runAsUser: 1234, fsGroup: 4321 },
          volumes,
          containers: [script(`id -u; ${look}`, volumeMounts)],
        });
        const rows = ["1234", "0 4321 440", "0 4321 440", "0 4321 440", "1234 4321 640", "1234 4321 440", ""];
        assert.deepEqual(owned.split("\n"), rows);
      },
    );

    check("a token is readable by the pod's user alone when there is one, else by all", async (bench) => {
      const token = { serviceAccountToken: { path: "file", expirationSeconds: 600 } };
      const volumes = [{ name: "t", projected: { sources: [token] } }];
      const look = script("stat -Lc '%u %g %a' /t/file; wc -c < /t/file", [{ name: "t", mountPath: "/t" }]);
      for (const [securityContext, expected] of [
        [{ runAsUser: 1234 }, /^1234 0 600\n[1-9]/],
        [{}, /^0 0 644\n[1-9]/],
      ] as const) {
        assert.match(await saidBy(bench, { securityContext, volumes, containers: [look] }), expected);
        await bench.delete("v", 1);
        await bench.gone("v");
      }
    });

    check("subPath mounts a part of a volume, makes it, and no link leads out of it", async (bench) => {
      const volumes = [{ name: "v", emptyDir: {} }];
      const said = await saidBy(bench, {
        volumes,
        containers: [
          script("echo 1 > /part/file; cat /whole/a/b/file", [
            { name: "v", mountPath: "/whole" },
            { name: "v", mountPath: "/part", subPath: "a/b" },
          ]),
        ],
      });
      assert.equal(said, "1\n");
      const mounts = [{ name: "v", mountPath, subPath: "link/etc" }];
      const escape = {
        volumes,
        initContainers: [script("ln -s / /v/link", [{ name: "v", mountPath }], "init")],
        containers: [script("cat /v/shadow", mounts)],
      };
      await bench.create("escape", withImages(bench, escape));
      await bench.eventually("escape", (pod) => waitingFor(pod) === "CreateContainerConfigError");
      await bench.told(
        "escape",
        "Failed",
        'failed to prepare subPath for volumeMount "v" of container "main"',
      );
    });

    check("an image volume has the files of its image, read-only, whole or in part", async (bench) => {
      const reference = bench.harness.otherImage;
      const said = await saidBy(bench, {
        volumes: [{ name: "v", image: { reference, pullPolicy: "IfNotPresent" } }],
        containers: [
          script("cat www/index.html; touch new; cat /part/index.html", [
            { name: "v", mountPath },
            { name: "v", mountPath: "/part", subPath: "www" },
          ]),
        ],
      });
      assert.equal(said, "hello\ntouch: new: Read-only file system\nhello\n");
      await bench.told("v", "Pulled", `Successfully pulled image "${reference}" in `);
      const pod = await bench.pod("v");
      await bench.delete("v", 1);
      await bench.gone("v");
      // A pod that has ended is gone at once: its mounts follow.
      for (let tries = 0; ; tries += 1) {
        const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
        const left = mounts.filter((line) => line.includes(pod.metadata.uid ?? "?"));
        if (tries === 100) assert.deepEqual(left, []);
        if (left.length === 0) break;
        await bench.env.clock.sleep(50);
      }
      const image = bench.harness.missingImage;
      await bench.create("lost", {
        volumes: [{ name: "v", image: { reference: image } }],
        containers: [bench.shell("main", "true", { volumeMounts: [{ name: "v", mountPath }] })],
      });
      await bench.eventually("lost", (one) => waitingFor(one) === "ImagePullBackOff");
    });

    check("hostPath is what its type says, and when a pod is gone its mounts are too", async (bench) => {
      await bench.create("lost", {
        volumes: [{ name: "v", hostPath: { path: "/run/nowhere", type: "Directory" } }],
        containers: [bench.shell("main", "true", { volumeMounts: [{ name: "v", mountPath }] })],
      });
      await bench.told("lost", "FailedMount", "hostPath type check failed: /run/nowhere is not a directory");
      await bench.create("here", {
        volumes: [
          { name: "v", hostPath: { path: "/run/made", type: "DirectoryOrCreate" } },
          { name: "ram", emptyDir: { medium: "Memory" } },
        ],
        containers: [
          bench.shell("main", "echo out > /v/file; sleep 1000", {
            volumeMounts: [
              { name: "v", mountPath },
              { name: "ram", mountPath: "/r", subPath: "x" },
            ],
          }),
        ],
      });
      const pod = await bench.running("here");
      assert.equal(readFileSync("/run/made/file", "utf8"), "out\n");
      await bench.delete("here", 1);
      await bench.gone("here");
      assert.equal(readFileSync("/proc/self/mountinfo", "utf8").includes(pod.metadata.uid ?? "?"), false);
    });
  });

  /** What a pod leaves as its last words. */
  async function saidBy(bench: NodeBench, spec: NewObject<PodSpec>): Promise<string> {
    await bench.create("v", { restartPolicy: "Never", ...withImages(bench, spec) });
    const pod = await bench.eventually("v", (one) => /Succeeded|Failed/.test(one.status.phase ?? ""));
    const said = lastWords(pod);
    assert.equal(pod.status.phase, "Succeeded", said);
    return said;
  }

  function withImages(bench: NodeBench, spec: NewObject<PodSpec>): NewObject<PodSpec> {
    const image = bench.harness.shellImage;
    const { initContainers = [], containers = [] } = spec;
    return {
      ...spec,
      initContainers: initContainers.map((one) => ({ ...one, image })),
      containers: containers.map((one) => ({ ...one, image })),
    };
  }

  function script(
    text: string,
    volumeMounts: NewObject<Container>["volumeMounts"],
    name = "main",
  ): NewObject<Container> {
    const command = ["sh", "-c", `{ cd ${mountPath} 2>/dev/null; ${text}; } > /dev/termination-log 2>&1`];
    return { name, command, volumeMounts };
  }
});

function lastWords(pod: Pod): string {
  return pod.status.containerStatuses?.[0]?.state.terminated?.message ?? "";
}
