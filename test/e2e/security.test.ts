/** What confines containers of a real node, as they see it themselves. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
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

  check(
    "mounts propagate as they say, and recursive read-only is refused where it cannot be",
    async (bench) => {
      const volumes = [{ name: "v", emptyDir: {} }];
      const mount = { name: "v", mountPath: "/v" };
      const inner = "mkdir -p /v/inner; mount -t tmpfs tmpfs /v/inner; touch /v/inner/file; sleep 1000";
      const wait = "while ! ls /v/inner/file; do sleep 0.1; done; ls /v/inner > /dev/termination-log";
      await bench.create("propagate", {
        volumes,
        restartPolicy: "Never",
        containers: [
          bench.shell("giver", inner, {
            securityContext: { privileged: true },
            volumeMounts: [{ ...mount, mountPropagation: "Bidirectional" }],
          }),
          bench.shell("main", wait, { volumeMounts: [{ ...mount, mountPropagation: "HostToContainer" }] }),
        ],
      });
      const pod = await bench.eventually("propagate", (one) => statusOf(one).state.terminated !== undefined);
      assert.equal(statusOf(pod).state.terminated?.message, "file\n");
      await bench.delete("propagate", 1);
      await bench.gone("propagate");
      assert.equal(readFileSync("/proc/self/mountinfo", "utf8").includes(pod.metadata.uid ?? "?"), false);

      const [handler] = (await bench.node()).status.runtimeHandlers ?? [];
      if (handler?.features?.recursiveReadOnlyMounts === true) return;
      const volumeMounts = [{ ...mount, readOnly: true, recursiveReadOnly: "Enabled" }];
      await bench.create("recursive", {
        volumes,
        containers: [bench.shell("main", "true", { volumeMounts })],
      });
      const text = 'volume "v" requested recursive read-only mode, but it is not supported by the runtime';
      await bench.told("recursive", "Failed", `Error: failed to resolve recursive read-only mode: ${text}`);
    },
  );

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
