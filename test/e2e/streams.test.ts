/** Logs, exec, attach, cp and port-forward of real containers with real kubectl, over WebSocket and over SPDY. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";
import { after, before, describe, test } from "node:test";
import { changed } from "../testing/folder-changes.ts";
import { exchanged, forwardedPort, piped, sha256 } from "../testing/kubectl-io.ts";
import { unannounced } from "../testing/unannounced.ts";
import { MachineCluster } from "./harness/machine-cluster.ts";
import { onOwnMachine } from "./harness/own-machine.ts";

const size = 50 * 1024 * 1024;
/** What the program may grow by while 50 MB pass: the pipes on the way, and garbage not yet collected. */
const maxGrowthBytes = 200 * 1024 * 1024;
const nothing = Buffer.alloc(0);

function podYaml(name: string, script: string, more = "", tty = false): string {
  return [
    "apiVersion: v1",
    "kind: Pod",
    `metadata: {name: ${name}}`,
    "spec:",
    "  terminationGracePeriodSeconds: 1",
    ...(more === "" ? [] : [`  ${more}`]),
    "  containers:",
    `  - {name: main, image: "busybox:1", stdin: true, tty: ${tty}, command: ["sh", "-c", ${JSON.stringify(script)}]}`,
    "---",
    "",
  ].join("\n");
}

const manifests = [
  podYaml("shell", "seq 5; while true; do sleep 60; done"),
  podYaml("echo", "nc -ll -p 7000 -e cat"),
  podYaml("late", "nc -ll -p 7000 -e sh -c 'n=$(wc -c); sleep 3; echo $n'"),
  podYaml("copycat", "cat"),
  podYaml("terminal-websocket", "read line; echo got $line; sleep 1", "restartPolicy: Never", true),
  podYaml("terminal-spdy", "read line; echo got $line; sleep 1", "restartPolicy: Never", true),
  podYaml("again", "echo round; sleep 1; exit 1"),
  podYaml("long", "printf 'no end'; head -c 40000 /dev/zero | tr '\\0' x; echo; echo last; sleep 3600"),
].join("");

const kubeletConfig = `
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerLogMaxSize: 1Mi
containerLogMaxFiles: 4
containerLogMonitorInterval: 3s
`;

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

onOwnMachine(import.meta.filename, () => {
  describe("streams of real containers", () => {
    const cluster = new MachineCluster();
    before(async () => {
      await cluster.up(["--kubelet-config", cluster.file("kubelet.yaml", kubeletConfig)]);
      await cluster.loadBusybox("busybox:1");
      await cluster.apply(manifests);
      const pods = ["pod/shell", "pod/echo", "pod/late", "pod/copycat", "pod/long"];
      pods.push("pod/terminal-websocket", "pod/terminal-spdy");
      await cluster.kubectl("wait", ...pods, "--for=condition=Ready", "--timeout=60s");
    });
    after(() => cluster[Symbol.asyncDispose]());

    test("logs: all, the last lines, with times, cut, and since", async () => {
      assert.equal(await cluster.kubectl("logs", "shell"), "1\n2\n3\n4\n5\n");
      assert.equal(await cluster.kubectl("logs", "shell", "--tail=2"), "4\n5\n");
      assert.equal(await cluster.kubectl("logs", "shell", "--tail=0"), "");
      assert.equal(await cluster.kubectl("logs", "shell", "--limit-bytes=3"), "1\n2");
      assert.match(await cluster.kubectl("logs", "shell", "--timestamps", "--tail=1"), /^\d{4}-\S+Z 5\n$/);
      assert.equal(await cluster.kubectl("logs", "shell", "--since-time=2200-01-01T00:00:00Z"), "");
      assert.equal(await cluster.kubectl("logs", "shell", "--since=1h"), "1\n2\n3\n4\n5\n");
    });

    test("logs put a line together that the runtime cut in parts", async () => {
      const lines = (await cluster.kubectl("logs", "long")).split("\n");
      assert.deepEqual([lines[0]?.length, ...lines.slice(1)], [40_006, "last", ""]);
      assert.equal((await cluster.kubectl("logs", "long", "--tail=2")).length, 40_012);
    });

    test("logs -f goes on until the container ends, and then ends with 0", async () => {
      await cluster.apply(
        podYaml("talker", "echo one; sleep 5; echo two; sleep 1; echo three", "restartPolicy: Never"),
      );
      await cluster.kubectl("wait", "pod/talker", "--for=jsonpath={.status.phase}=Running", "--timeout=30s");
      assert.equal(await cluster.kubectl("logs", "-f", "talker"), "one\ntwo\nthree\n");
      assert.equal(await cluster.kubectl("logs", "talker"), "one\ntwo\nthree\n");
    });

    test("logs -p shows the instance before, and says when there is none", async () => {
      const again = "--for=jsonpath={.status.containerStatuses[0].lastState.terminated.exitCode}=1";
      await cluster.kubectl("wait", "pod/again", again, "--timeout=60s");
      assert.equal(await cluster.kubectl("logs", "-p", "again"), "round\n");
      const text = 'previous terminated container "main" in pod "shell" not found';
      assert.ok((await cluster.refused("logs", "-p", "shell")).includes(text));
    });

    test("logs are rotated and compressed, followers miss nothing, and all goes with the pod", async () => {
      await cluster.apply(podYaml("chatter", "while true; do sleep 60; done"));
      await cluster.kubectl("wait", "pod/chatter", "--for=condition=Ready", "--timeout=30s");
      const uid = await cluster.kubectl("get", "pod", "chatter", "-o", "jsonpath={.metadata.uid}");
      const folder = `/var/log/pods/default_chatter_${uid}/main`;
      const links = (): readonly string[] =>
        readdirSync("/var/log/containers").filter((name) => name.startsWith("chatter_default_main-"));
      assert.equal(readlinkSync(`/var/log/containers/${links()[0]}`), `${folder}/0.log`);

      const follower = cluster.start(["logs", "-f", "chatter"]);
      const lines: string[] = [];
      const all = Promise.withResolvers<void>();
      const following = (async () => {
        for await (const line of createInterface({ input: follower.stdout ?? process.stdin }))
          if (lines.push(line.trimEnd()) === 3_300) all.resolve();
      })();
      const rotated = (): readonly string[] =>
        readdirSync(folder).filter((name) => /^0\.log\.\d{8}-\d{6}(?:\.gz)?$/.test(name));
      let rotations = 0;
      for (const round of ["first", "second", "third"]) {
        const script = `awk 'BEGIN { for (i = 0; i < 1100; i++) printf "${round} %d %1000s\\n", i, " " }' >/proc/1/fd/1`;
        await cluster.kubectl("exec", "chatter", "--", "sh", "-c", script);
        rotations += 1;
        const isOpen = (): boolean => existsSync(`${folder}/0.log`);
        await changed(folder, "the log is rotated", () => rotated().length === rotations && isOpen());
      }
      await Promise.race([all.promise, following]);
      const expected = ["first", "second", "third"].flatMap((round) =>
        Array.from({ length: 1_100 }, (_, index) => `${round} ${index}`),
      );
      assert.deepEqual(lines, expected);
      const kinds = (): readonly string[] =>
        readdirSync(folder)
          .map((name) => name.replace(/\d{8}-\d{6}/, "TIME"))
          .toSorted();
      const expectedKinds = ["0.log", "0.log.TIME", "0.log.TIME.gz", "0.log.TIME.gz"];
      await changed(folder, `${expectedKinds}`, () => isDeepStrictEqual(kinds(), expectedKinds));

      await cluster.kubectl("delete", "pod", "chatter");
      await following;
      await changed("/var/log/pods", "the logs are gone", () => !existsSync(dirname(folder)));
      await changed("/var/log/containers", "the links are gone", () => links().length === 0);
    });

    for (const transport of ["WebSocket", "SPDY"]) {
      const isWebSocket = String(transport === "WebSocket");
      const environment = {
        KUBECTL_REMOTE_COMMAND_WEBSOCKETS: isWebSocket,
        KUBECTL_PORT_FORWARD_WEBSOCKETS: isWebSocket,
      };
      const start = (...args: readonly string[]): ReturnType<MachineCluster["start"]> =>
        cluster.start(args, environment);

      test(`exec over ${transport}: input ends, output and errors apart, exit codes`, async () => {
        const cat = await piped(start("exec", "-i", "shell", "--", "cat"), Buffer.from("x"));
        assert.deepEqual([cat.code, cat.stdout.toString(), cat.stderr], [0, "x", ""]);
        const seven = await piped(start("exec", "shell", "--", "sh", "-c", "exit 7"), nothing);
        assert.deepEqual([seven.code, seven.stderr], [7, "command terminated with exit code 7\n"]);
        const missing = await piped(start("exec", "shell", "--", "cat", "/none"), nothing);
        assert.deepEqual([missing.code, missing.stdout.toString()], [1, ""]);
        assert.match(missing.stderr, /can't open '\/none'/);
        const unknown = await piped(start("exec", "shell", "--", "nope"), nothing);
        assert.match(
          unknown.stderr,
          /error: Internal error occurred: error executing command in container: failed to exec/,
        );
        assert.match(unknown.stderr, /exec: "nope": executable file not found in \$PATH/);
      });

      test(`50 MB through exec over ${transport} arrive whole, in bounded memory`, async () => {
        const data = randomBytes(size);
        const before = residentBytes(cluster.pid);
        const { code, stdout, stderr } = await piped(start("exec", "-i", "shell", "--", "cat"), data);
        assert.deepEqual([code, stderr, stdout.length, sha256(stdout)], [0, "", size, sha256(data)]);
        assert.ok(residentBytes(cluster.pid) - before < maxGrowthBytes);
      });

      test(`a terminal over ${transport} has the size of kubectl's, and follows it`, {
        timeout: 60_000,
      }, async () => {
        const seen = join(mkdtempSync("/run/terminal-"), "seen");
        const later = `(until [ -e ${seen} ]; do sleep 0.1; done; stty rows 44 cols 120 </dev/tty) &`;
        const shows = (size: string): string =>
          `until [ "$(stty size)" = "${size}" ]; do sleep 0.1; done; stty size`;
        const inside = `sh -c '${shows("33 99")}; ${shows("44 120")}'`;
        const command = `stty rows 33 cols 99; ${later} kubectl exec -it shell -- ${inside}`;
        const env = { ...process.env, ...cluster.environment, ...environment };
        const child = spawn("script", ["-qec", command, "/dev/null"], {
          env,
          stdio: ["pipe", "pipe", "pipe"],
        });
        let output = "";
        for await (const chunk of child.stdout ?? []) {
          output += String(chunk);
          if (output.includes("33 99")) writeFileSync(seen, "");
        }
        assert.match(output, /33 99\s+44 120/);
      });

      test(`attach over ${transport} joins the main program`, async () => {
        const child = start("attach", "-i", "copycat");
        child.stdin?.write(`hello ${transport}\n`);
        let output = "";
        for await (const chunk of child.stdout ?? []) {
          output += String(chunk);
          if (output.includes(`hello ${transport}\n`)) break;
        }
        child.kill();
        assert.match(output, /hello/);
      });

      test(`attach over ${transport} by who has no terminal ends with a program that has one`, async () => {
        const pod = `terminal-${transport.toLowerCase()}`;
        const child = start("attach", "-i", pod);
        child.stdin?.write("that\n");
        let [output, errors] = ["", ""];
        child.stderr?.on("data", (chunk) => (errors += String(chunk)));
        for await (const chunk of child.stdout ?? []) output += String(chunk);
        child.stdin?.end();
        assert.match(output, /got that/, `${output}${errors}`);
      });

      test(`cp of 50 MB over ${transport} goes both ways`, async () => {
        const data = randomBytes(size);
        const there = cluster.file("there.bin", data);
        const back = cluster.file("back.bin", "");
        assert.equal((await piped(start("cp", there, "shell:/tmp/copy.bin"), nothing)).code, 0);
        assert.equal((await piped(start("cp", "shell:/tmp/copy.bin", back), nothing)).code, 0);
        assert.equal(sha256(readFileSync(back)), sha256(data));
      });

      test(`50 MB through a port forwarded over ${transport} arrive whole, on several connections`, async () => {
        const child = start("port-forward", "pod/echo", ":7000");
        try {
          const port = await forwardedPort(child);
          const data = randomBytes(size);
          const before = residentBytes(cluster.pid);
          const answers = await Promise.all([
            exchanged(port, data),
            exchanged(port, data.subarray(0, 1000)),
            exchanged(port, data.subarray(0, 2000)),
          ]);
          assert.deepEqual(
            answers.map((answer) => answer.length),
            [size, 1000, 2000],
          );
          assert.equal(sha256(answers[0] ?? nothing), sha256(data));
          assert.ok(residentBytes(cluster.pid) - before < maxGrowthBytes);
        } finally {
          child.kill();
        }
      });
    }

    test("a server behind a forwarded port may answer long after its client's last word", async () => {
      const child = cluster.start(["port-forward", "pod/late", ":7000"]);
      try {
        const port = await forwardedPort(child);
        const answers = await Promise.all(
          [1000, 2000].map((length) => exchanged(port, Buffer.alloc(length))),
        );
        assert.deepEqual(answers.map(String).sort(), ["1000\n", "2000\n"]);
      } finally {
        child.kill();
      }
    });

    test("debug adds a container that sees the processes of the one it looks into", async () => {
      const debug = ["debug", "shell", "--image=busybox:1", "--target=main"];
      const script = "tr '\\0' ' ' </proc/1/cmdline";
      await cluster.kubectl(...debug, "--container=look", "--", "sh", "-c", script);
      const ended = "--for=jsonpath={.status.ephemeralContainerStatuses[0].state.terminated.exitCode}=0";
      await cluster.kubectl("wait", "pod/shell", ended, "--timeout=30s");
      assert.match(await cluster.kubectl("logs", "shell", "-c", "look"), /^sh -c seq 5; while true/);
      const cat = cluster.start([...debug, "-i", "--container=feed", "--", "cat"]);
      cat.stdin?.write("fed\n");
      let output = "";
      for await (const chunk of cat.stdout ?? []) {
        output += String(chunk);
        if (output.includes("fed\n")) break;
      }
      cat.kill();
      assert.match(output, /fed/);
    });

    test("clients that hang up leave nothing open", async () => {
      const exec = (): Promise<void> => hangUp(["exec", "-i", "shell", "--", "sh", "-c", "echo in; cat"]);
      await exec();
      const before = openFiles(cluster.pid);
      for (let round = 0; round < 5; round += 1) {
        await Promise.all([
          exec(),
          exec(),
          hangUp(["logs", "-f", "shell"]),
          hangUp(["attach", "-i", "copycat"], "in\n"),
        ]);
      }
      await unannounced("all is closed again", () => openFiles(cluster.pid) <= before);
    });

    /** Kills kubectl as soon as it has printed something. */
    async function hangUp(args: readonly string[], input = ""): Promise<void> {
      const child = cluster.start(args);
      if (input !== "") child.stdin?.write(input);
      for await (const _ of child.stdout ?? []) break;
      child.kill("SIGKILL");
    }
  });
});
