/** What confines containers of a real node, as they see it themselves. */
import assert from "node:assert/strict";
import { globSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { type Pod, secrets } from "../../src/api/mod.ts";
import { statusOf, waitingFor } from "../../src/kubelet/testing/node-bench.ts";
import { onRealNodes } from "./harness/real-bench.ts";

onRealNodes(import.meta.filename, "security of a real node", (check) => {
  check("user, groups, capabilities, privileges and the root file system are the spec's", async (bench) => {
    const said = await bench.saidBy(
      "id -u; id -g; id -G; grep -E 'NoNewPrivs|CapBnd' /proc/self/status; touch /x",
      {
        securityContext: {
          runAsUser: 1001,
          runAsGroup: 1002,
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
        },
      },
      { securityContext: { supplementalGroups: [2001], fsGroup: 2002 } },
    );
    const [uid, gid, groups, ...rest] = said.split("\n");
    assert.deepEqual([uid, gid], ["1001", "1002"]);
    assert.deepEqual(groups?.split(" ").sort(), ["1002", "2001", "2002"]);
    assert.match(rest.join("\n"), /CapBnd:\s+0000000000000400/);
    assert.match(rest.join("\n"), /NoNewPrivs:\s+1/);
    assert.match(rest.join("\n"), /touch: \/x: Read-only file system/);
  });

  check(
    "a privileged container has every capability and an unmasked /proc; another has not",
    async (bench) => {
      const script =
        "grep CapBnd /proc/self/status; grep -c ' /proc/sys ' /proc/mounts; ls /proc/kcore -l | cut -c1";
      const [full, sys] = (await bench.saidBy(script, { securityContext: { privileged: true } })).split("\n");
      assert.match(full ?? "", /ffffff/);
      assert.equal(sys, "0");
      const [less, masked] = (await bench.saidBy(script, {})).split("\n");
      assert.match(less ?? "", /00000000a80425fb/);
      assert.equal(masked, "1");
    },
  );

  check("seccomp: none, the runtime's, and a profile of the node", async (bench) => {
    mkdirSync("/var/lib/kubelet/seccomp", { recursive: true });
    const syscalls = [{ names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO" }];
    const profile = { defaultAction: "SCMP_ACT_ALLOW", syscalls };
    writeFileSync("/var/lib/kubelet/seccomp/no-mkdir.json", JSON.stringify(profile));
    const script = "grep Seccomp: /proc/self/status; mkdir /new && echo made";
    const rows = [
      [{ type: "Unconfined" }, /^Seccomp:\s+0\nmade\n$/],
      [{ type: "RuntimeDefault" }, /^Seccomp:\s+2\nmade\n$/],
      [{ type: "Localhost", localhostProfile: "no-mkdir.json" }, /^Seccomp:\s+2\nmkdir: .*not permitted/],
    ] as const;
    for (const [seccompProfile, expected] of rows)
      assert.match(await bench.saidBy(script, { securityContext: { seccompProfile } }), expected);
  });

  check(
    "safe sysctls are set in the pod only; shared processes and the node's namespaces are seen",
    async (bench) => {
      const name = "net.ipv4.ip_unprivileged_port_start";
      const path = `/proc/sys/${name.replaceAll(".", "/")}`;
      const before_ = readFileSync(path, "utf8");
      const sysctls = [{ name, value: "81" }];
      assert.equal(await bench.saidBy(`cat ${path}`, {}, { securityContext: { sysctls } }), "81\n");
      assert.equal(readFileSync(path, "utf8"), before_);
      const shared = await bench.saidBy("cat /proc/1/comm", {}, { shareProcessNamespace: true });
      assert.equal(shared, "pause\n");
      const spaces = ["net", "ipc", "pid", "uts"].map((one) => `/proc/self/ns/${one}`);
      const look = spaces.map((one) => `readlink ${one}`).join("; ");
      const nodes = spaces.map((one) => readlinkSync(one));
      const host = await bench.saidBy(look, {}, { hostNetwork: true, hostIPC: true, hostPID: true });
      assert.deepEqual(host.trim().split("\n"), nodes);
      const own = (await bench.saidBy(look, {})).trim().split("\n");
      assert.deepEqual(
        own.filter((one) => nodes.includes(one)),
        [],
      );
    },
  );

  check("mounts propagate as they say", async (bench) => {
    const volumes = [{ name: "v", emptyDir: {} }];
    const mount = { name: "v", mountPath: "/v" };
    const inner = "mkdir -p /v/inner; mount -t tmpfs tmpfs /v/inner; touch /v/inner/file; sleep 1000";
    const look = "ls /v/inner > /dev/termination-log";
    const wait = `while ! ls /v/inner/file; do sleep 0.1; done; ${look}; touch /v/seen`;
    const apart = `while ! ls /v/seen; do sleep 0.1; done; ${look}`;
    await bench.create("propagate", {
      volumes,
      restartPolicy: "Never",
      containers: [
        // It starts first: what is mounted already comes with a volume.
        bench.shell("apart", apart, { volumeMounts: [mount] }),
        bench.shell("giver", inner, {
          securityContext: { privileged: true },
          volumeMounts: [{ ...mount, mountPropagation: "Bidirectional" }],
        }),
        bench.shell("main", wait, { volumeMounts: [{ ...mount, mountPropagation: "HostToContainer" }] }),
      ],
    });
    const saidBy = (pod: Pod, name: string) => statusOf(pod, name).state.terminated;
    const pod = await bench.eventually("propagate", (one) =>
      ["main", "apart"].every((name) => saidBy(one, name) !== undefined),
    );
    assert.deepEqual([saidBy(pod, "main")?.message, saidBy(pod, "apart")?.message], ["file\n", undefined]);
    await bench.delete("propagate", 1);
    await bench.gone("propagate");
    assert.equal(readFileSync("/proc/self/mountinfo", "utf8").includes(pod.metadata.uid ?? "?"), false);
  });

  check("with all that is below read-only, a mount has no part that can be written", async (bench, t) => {
    if (!(await bench.has("recursiveReadOnlyMounts")))
      return t.skip("the runtime has no recursive read-only mounts");
    const mount = { name: "v", mountPath: "/v" };
    const below = "mkdir /v/below; mount -t tmpfs tmpfs /v/below; touch /v/below/there; sleep 1000";
    const volumes = [{ name: "v", emptyDir: {} }];
    const initContainers = [
      bench.shell("giver", below, {
        restartPolicy: "Always",
        securityContext: { privileged: true },
        startupProbe: { exec: { command: ["ls", "/v/below/there"] }, periodSeconds: 1 },
        volumeMounts: [{ ...mount, mountPropagation: "Bidirectional" }],
      }),
    ];
    const saidWith = (recursiveReadOnly: string) =>
      bench.saidBy(
        "touch /v/below/new",
        { volumeMounts: [{ ...mount, readOnly: true, recursiveReadOnly }] },
        { volumes, initContainers },
      );
    assert.equal(await saidWith("Disabled"), "");
    assert.match(await saidWith("Enabled"), /Read-only file system/);
  });

  check(
    "root of a pod with users of its own is nobody on the node, and owns the pod's files",
    async (bench, t) => {
      if (!(await bench.has("userNamespaces"))) return t.skip("the runtime has no user namespaces");
      const data = { key: Buffer.from("hidden").toString("base64") };
      const secret = { metadata: { name: "s", namespace: "default" }, data };
      await bench.harness.client.of(secrets).create(secret, bench.signal);
      const volumeMounts = ["disk", "memory", "s"].map((name) => ({ name, mountPath: `/${name}` }));
      const owners = "stat -Lc '%u %g %a' /s/key /disk/made /memory/made /part/made";
      const script = `touch /disk/made /memory/made /part/made; { cat /s/key; echo; ${owners}; } > /disk/said`;
      const unmasked = "grep -q ' /proc/sys ' /proc/mounts || sleep 1000";
      await bench.create("mapped", {
        hostUsers: false,
        securityContext: { fsGroup: 2000 },
        volumes: [
          { name: "disk", emptyDir: {} },
          { name: "memory", emptyDir: { medium: "Memory" } },
          { name: "s", secret: { secretName: "s", defaultMode: 0o400 } },
        ],
        containers: [
          bench.shell("main", `${script}; touch /disk/ready; ${unmasked}`, {
            securityContext: { procMount: "Unmasked" },
            readinessProbe: { exec: { command: ["ls", "/disk/ready"] }, periodSeconds: 1 },
            volumeMounts: [...volumeMounts, { name: "disk", mountPath: "/part", subPath: "part" }],
          }),
        ],
      });
      const { uid } = (await bench.running("mapped")).metadata;
      const disk = `/var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~empty-dir/disk`;
      const said = "hidden\n0 2000 440\n0 2000 644\n0 2000 644\n0 2000 644\n";
      assert.equal(readFileSync(`${disk}/said`, "utf8"), said);
      assert.equal(statSync(`${disk}/made`).uid, 0);
      assert.equal(usersWhoRun("sleep").includes(65_536), true);
    },
  );

  check("groups that the image gives a user are added, unless the policy is Strict", async (bench) => {
    const groups = (supplementalGroupsPolicy: string) => ({
      securityContext: { runAsUser: 1500, supplementalGroups: [2001], supplementalGroupsPolicy },
    });
    const said = async (policy: string) =>
      (await bench.saidBy("id -G", {}, groups(policy))).trim().split(" ").sort();
    assert.deepEqual(await said("Merge"), ["1500", "2001", "3000"]);
    if ((await bench.node()).status.features?.supplementalGroupsPolicy === true) {
      assert.deepEqual(await said("Strict"), ["1500", "2001"]);
      const { user } = statusOf(await bench.pod("s2"));
      assert.deepEqual([user?.linux?.uid, user?.linux?.gid], [1500, 1500]);
      return;
    }
    await bench.create("strict", { ...groups("Strict"), containers: [bench.shell("main", "true")] });
    const { status } = await bench.phase("strict", "Failed");
    assert.equal(status.reason, "SupplementalGroupsPolicyNotSupported");
  });

  check("a container that must not run as root does not, and says why", async (bench) => {
    const securityContext = { runAsNonRoot: true };
    await bench.create("root", { securityContext, containers: [bench.shell("main", "true")] });
    await bench.eventually("root", (pod) => waitingFor(pod) === "CreateContainerConfigError");
    await bench.told("root", "Failed", "Error: container has runAsNonRoot and image will run as root");
    await bench.create("user", {
      securityContext: { runAsNonRoot: true, runAsUser: 7 },
      restartPolicy: "Never",
      containers: [bench.shell("main", "test $(id -u) = 7")],
    });
    await bench.phase("user", "Succeeded");
  });

  check("an AppArmor profile is refused where the kernel has none", async (bench) => {
    if (readAppArmor() === "Y") return;
    const securityContext = { appArmorProfile: { type: "RuntimeDefault" } };
    await bench.create("web", { securityContext, containers: [bench.shell("main", "true")] });
    const { status } = await bench.phase("web", "Failed");
    const message = "Pod was rejected: Cannot enforce AppArmor: AppArmor is not enabled on the host";
    assert.deepEqual([status.reason, status.message], ["AppArmor", message]);
  });
});

function readAppArmor(): string {
  try {
    return readFileSync("/sys/module/apparmor/parameters/enabled", "utf8").trim();
  } catch {
    return "";
  }
}

/** Whose processes of a name are, as the node has its users. */
function usersWhoRun(name: string): readonly number[] {
  return globSync("/proc/[0-9]*/status").flatMap((path) => {
    try {
      const status = readFileSync(path, "utf8");
      return status.startsWith(`Name:\t${name}\n`) ? [Number(/^Uid:\t(\d+)/m.exec(status)?.[1])] : [];
    } catch {
      return []; // It ended just now.
    }
  });
}
