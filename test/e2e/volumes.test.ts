/** Volumes of a real node, as containers see them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { configMaps, secrets } from "../../src/api/mod.ts";
import { statusOf, waitingFor } from "../../src/kubelet/testing/node-bench.ts";
import { changed } from "../testing/folder-changes.ts";
import { unannounced } from "../testing/unannounced.ts";
import { onRealNodes, type RealBench } from "./harness/real-bench.ts";

const mountPath = "/v";
const token = { serviceAccountToken: { path: "file", expirationSeconds: 600 } };

async function createSecret(bench: RealBench, name: string, content: string): Promise<void> {
  const data = { key: Buffer.from(content).toString("base64") };
  await bench.harness.client
    .of(secrets)
    .create({ metadata: { name, namespace: "default" }, data }, bench.signal);
}

/** Whether something of a pod is mounted. */
function hasMounts(uid = "?"): boolean {
  return readFileSync("/proc/self/mountinfo", "utf8").includes(uid);
}

onRealNodes(import.meta.filename, "volumes of a real node", (check) => {
  check("configMap and secret are files with their modes, and secrets are never on a disk", async (bench) => {
    await bench.createConfigMap("c", { a: "1", b: "2" });
    await createSecret(bench, "s", "hidden");
    const said = await bench.saidBy(
      "cd /c; touch new; cat deep/b; stat -Lc ' %a' deep/b; ls; cat /s/key; stat -Lc ' %a' /s/key; grep -c ' /s tmpfs' /proc/mounts",
      {
        volumeMounts: [
          { name: "c", mountPath: "/c" },
          { name: "s", mountPath: "/s", readOnly: true },
        ],
      },
      {
        volumes: [
          { name: "c", configMap: { name: "c", items: [{ key: "b", path: "deep/b", mode: 0o400 }] } },
          { name: "s", secret: { secretName: "s", defaultMode: 0o440 } },
        ],
      },
    );
    assert.equal(said, "touch: new: Read-only file system\n2 400\ndeep\nhidden 440\n1\n");
  });

  check("a projected volume has the pod's token, bound to it, and fields of the pod", async (bench) => {
    const sources = [
      { serviceAccountToken: { path: "token", expirationSeconds: 600, audience: "here" } },
      { downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.name" } }] } },
    ];
    const said = await bench.saidBy(
      "cd /v; cat token; echo; cat name",
      { volumeMounts: [{ name: "v", mountPath }] },
      { volumes: [{ name: "v", projected: { sources } }] },
    );
    const [jwt = "", name] = said.split("\n");
    const claims = JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString("utf8")) as {
      readonly aud: readonly string[];
      readonly "kubernetes.io": { readonly pod: { readonly name: string } };
    };
    assert.deepEqual([claims.aud, claims["kubernetes.io"].pod.name, name], [["here"], "s1", "s1"]);
  });

  check("emptyDir is shared by containers, in memory of a size, owned by the pod's group", async (bench) => {
    const disk = { name: "disk", mountPath: "/d" };
    const said = await bench.saidBy(
      "cat /d/file; stat -c %g /d/file; echo x > /r/x; grep ' /r ' /proc/mounts",
      { volumeMounts: [disk, { name: "ram", mountPath: "/r" }] },
      {
        securityContext: { fsGroup: 4321, runAsUser: 1234 },
        volumes: [
          { name: "disk", emptyDir: {} },
          { name: "ram", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
        ],
        initContainers: [bench.shell("init", "echo left > /d/file", { volumeMounts: [disk] })],
      },
    );
    assert.match(said, /^left\n4321\ntmpfs \/r tmpfs .*size=1024k/);
  });

  check(
    "the pod's group may read files of every kind of volume, and a token is its user's",
    async (bench) => {
      await bench.createConfigMap("c", { key: "" });
      await createSecret(bench, "s", "");
      const fieldRef = { fieldPath: "metadata.name" };
      const volumes = [
        { name: "c", configMap: { name: "c", defaultMode: 0o400 } },
        { name: "s", secret: { secretName: "s", defaultMode: 0o400 } },
        { name: "d", downwardAPI: { items: [{ path: "file", fieldRef }], defaultMode: 0o400 } },
        { name: "t", projected: { sources: [token] } },
        { name: "m", emptyDir: { medium: "Memory" } },
      ];
      const look =
        "touch /m/file; chmod 440 /m/file; stat -Lc '%u %g %a' /c/key /s/key /d/file /t/file /m/file";
      const owned = await bench.saidBy(
        `id -u; ${look}`,
        { volumeMounts: volumes.map(({ name }) => ({ name, mountPath: `/${name}` })) },
        { securityContext: { runAsUser: 1234, fsGroup: 4321 }, volumes },
      );
      const rows = ["1234", "0 4321 440", "0 4321 440", "0 4321 440", "1234 4321 640", "1234 4321 440", ""];
      assert.deepEqual(owned.split("\n"), rows);
    },
  );

  check("a token is readable by the pod's user alone when there is one, else by all", async (bench) => {
    const volumes = [{ name: "t", projected: { sources: [token] } }];
    const look = "stat -Lc '%u %g %a' /t/file; wc -c < /t/file";
    for (const [securityContext, expected] of [
      [{ runAsUser: 1234 }, /^1234 0 600\n[1-9]/],
      [{}, /^0 0 644\n[1-9]/],
    ] as const) {
      const volumeMounts = [{ name: "t", mountPath: "/t" }];
      assert.match(await bench.saidBy(look, { volumeMounts }, { securityContext, volumes }), expected);
    }
  });

  check("what changes in the API changes in the container, and a token is renewed in time", async (bench) => {
    await bench.createConfigMap("c", { key: "old" });
    const sources = [token, { configMap: { name: "c" } }];
    const volumeMounts = [{ name: "v", mountPath }];
    await bench.create("web", {
      volumes: [{ name: "v", projected: { sources } }],
      containers: [bench.shell("main", "sleep 1000", { volumeMounts })],
    });
    const pod = await bench.running("web");
    const id = statusOf(pod).containerID?.replace("containerd://", "") ?? "";
    const inside = async (name: string): Promise<string> =>
      (await bench.harness.runtime.execSync(id, ["cat", `/v/${name}`], 5, bench.signal)).stdout;
    const folder = `/var/lib/kubelet/pods/${pod.metadata.uid}/volumes/kubernetes.io~projected/v`;
    const file = (name: string): string => readFileSync(`${folder}/${name}`, "utf8");
    const first = await inside("file");

    const key = { namespace: "default", name: "c" };
    const patch = { data: { key: "new" } };
    await bench.harness.client.of(configMaps).patch(key, "merge", patch, bench.signal);
    await changed(folder, "the key is new", () => file("key") === "new");
    assert.deepEqual([await inside("key"), await inside("file")], ["new", first]);

    // Four fifths of its ten minutes.
    bench.harness.tokensAheadMs = 480_000;
    await changed(folder, "the token is new", () => file("file") !== first);
    assert.equal(await inside("file"), file("file"));
  });

  check(
    "variables come from a file that an init container wrote, and no link leads out to another",
    async (bench) => {
      const volumes = [{ name: "v", emptyDir: {} }];
      const volumeMounts = [{ name: "v", mountPath }];
      const from = (name: string, path: string, optional = false) => ({
        name,
        valueFrom: { fileKeyRef: { volumeName: "v", path, key: name, optional } },
      });
      const script = `mkdir /v/d; echo "A='one' # first" > /v/d/env; ln -s /etc/hosts /v/d/link`;
      const initContainers = [bench.shell("init", script, { volumeMounts })];
      const env = [from("A", "d/env"), from("B", "d/env", true), { name: "C", value: "$(A)-$(B)" }];
      assert.equal(
        await bench.saidBy("echo $A-$C; env | grep -c ^B", { env }, { volumes, initContainers }),
        "one-one-$(B)\n0\n",
      );
      for (const [name, path, why] of [
        ["lacking", "d/env", 'environment variable key "B" not found in file "d/env"'],
        ["missing", "none", "couldn't parse env file"],
        ["escaping", "d/link", "couldn't parse env file"],
      ] as const) {
        await bench.create(name, {
          volumes,
          initContainers,
          containers: [bench.shell("main", "true", { env: [from("B", path)] })],
        });
        await bench.eventually(name, (pod) => waitingFor(pod) === "CreateContainerConfigError");
        await bench.told(name, "Failed", `Error: ${why}`);
      }
    },
  );

  check("a part of a ConfigMap stays as it was until its container starts again", async (bench) => {
    await bench.createConfigMap("c", { key: "old" });
    const volumeMounts = [
      { name: "c", mountPath: "/part", subPath: "key" },
      { name: "c", mountPath },
      { name: "w", mountPath: "/w" },
    ];
    // What the runs saw, one after the other.
    const look = "{ cat /part; until grep -q new /v/key; do sleep 0.1; done; cat /part; } >> /w/words";
    const script = `${look}; cat /w/words > /dev/termination-log`;
    await bench.create("web", {
      volumes: [
        { name: "c", configMap: { name: "c" } },
        { name: "w", emptyDir: {} },
      ],
      containers: [bench.shell("main", script, { volumeMounts })],
    });
    await bench.running("web");
    const key = { namespace: "default", name: "c" };
    await bench.harness.client.of(configMaps).patch(key, "merge", { data: { key: "new" } }, bench.signal);
    await bench.eventually("web", (pod) =>
      (statusOf(pod).lastState.terminated?.message ?? "").startsWith("oldoldnewnew"),
    );
  });

  check("subPath mounts a part of a volume, makes it, and no link leads out of it", async (bench) => {
    const volumes = [{ name: "v", emptyDir: {} }];
    const parts = [
      { name: "v", mountPath: "/whole" },
      { name: "v", mountPath: "/part", subPath: "a/b" },
    ];
    const said = await bench.saidBy(
      "echo 1 > /part/file; cat /whole/a/b/file; stat -c '%a %g' /part",
      { volumeMounts: parts },
      { volumes, securityContext: { runAsUser: 1234, fsGroup: 4321 } },
    );
    assert.equal(said, "1\n2777 4321\n");
    const whole = [{ name: "v", mountPath }];
    await bench.create("escape", {
      volumes,
      initContainers: [bench.shell("init", "ln -s / /v/link", { volumeMounts: whole })],
      containers: [
        bench.shell("main", "cat /v/shadow", {
          volumeMounts: [{ name: "v", mountPath, subPath: "link/etc" }],
        }),
      ],
    });
    await bench.eventually("escape", (pod) => waitingFor(pod) === "CreateContainerConfigError");
    const what = 'failed to prepare subPath for volumeMount "v" of container "main"';
    await bench.told("escape", "Failed", what);
  });

  check("an image volume has the files of its image, read-only, whole or in part", async (bench) => {
    const reference = bench.harness.otherImage;
    const whole = [{ name: "v", mountPath }];
    const said = await bench.saidBy(
      "cd /v; cat www/index.html; touch new; cat /part/index.html",
      { volumeMounts: [...whole, { name: "v", mountPath: "/part", subPath: "www" }] },
      { volumes: [{ name: "v", image: { reference, pullPolicy: "IfNotPresent" } }] },
    );
    assert.equal(said, "hello\ntouch: new: Read-only file system\nhello\n");
    await bench.told("s1", "Pulled", `Successfully pulled image "${reference}" in `);
    const { metadata } = await bench.pod("s1");
    await bench.delete("s1", 1);
    await bench.gone("s1");
    // A pod that has ended is gone at once: its mounts follow.
    await unannounced("the image is unmounted", () => !hasMounts(metadata.uid));
    await bench.create("lost", {
      volumes: [{ name: "v", image: { reference: bench.harness.missingImage } }],
      containers: [bench.shell("main", "true", { volumeMounts: whole })],
    });
    await bench.eventually("lost", (one) => waitingFor(one) === "ImagePullBackOff");
  });

  check("hostPath is what its type says, and when a pod is gone its mounts are too", async (bench) => {
    const whole = { name: "v", mountPath };
    await bench.create("lost", {
      volumes: [{ name: "v", hostPath: { path: "/run/nowhere", type: "Directory" } }],
      containers: [bench.shell("main", "true", { volumeMounts: [whole] })],
    });
    await bench.told("lost", "FailedMount", "hostPath type check failed: /run/nowhere is not a directory");
    await bench.create("here", {
      volumes: [
        { name: "v", hostPath: { path: "/run/made", type: "DirectoryOrCreate" } },
        { name: "ram", emptyDir: { medium: "Memory" } },
      ],
      containers: [
        bench.shell("main", "echo out > /v/file; sleep 1000", {
          volumeMounts: [whole, { name: "ram", mountPath: "/r", subPath: "x" }],
          startupProbe: { exec: { command: ["test", "-s", "/v/file"] }, periodSeconds: 1 },
        }),
      ],
    });
    const { metadata } = await bench.running("here");
    assert.equal(readFileSync("/run/made/file", "utf8"), "out\n");
    assert.equal(hasMounts(metadata.uid), true);
    await bench.delete("here", 1);
    await bench.gone("here");
    assert.equal(hasMounts(metadata.uid), false);
  });
});
