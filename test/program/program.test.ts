/** The program as its users run it: up, down, status, continuing, and what it says when it cannot. */
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { accessOf, call } from "../testing/api-call.ts";
import { unannounced } from "../testing/unannounced.ts";
import { freePort, Program, root, run } from "../testing/program.ts";

const folder = mkdtempSync(join(tmpdir(), "navarch-program-"));
const navarch = join(root, "bin/navarch");
after(() => rmSync(folder, { recursive: true, force: true }));

interface Status {
  readonly state: string;
  readonly nodes?: number;
  readonly pods?: number;
  readonly url?: string;
}

async function statusOf(name: string, data: string): Promise<Status> {
  const ended = await run(navarch, ["status", "--name", name, "--data", data, "-o", "json"]);
  return JSON.parse(ended.stdout) as Status;
}

test("a cluster continues where it stopped: same certificates, same objects, growing revisions", async () => {
  const data = join(folder, "continue");
  const kubeconfig = join(folder, "continue.conf");
  const listen = `127.0.0.1:${await freePort()}`;
  const args = [
    "up",
    "--node",
    "virtual",
    "--name",
    "again",
    "--data",
    data,
    "--listen",
    listen,
    "--kubeconfig",
    kubeconfig,
    "--virtual-nodes",
    "2",
  ];
  const config = "/api/v1/namespaces/default/configmaps";
  let revision = 0;
  let credentials = "";
  {
    await using program = new Program(args);
    await program.printed(/is ready at/);
    assert.match(program.output, /ok {2}certificates +\d+ ms/);
    credentials = readFileSync(kubeconfig, "utf8");
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "kept" }, data: { a: "1" } };
    const reply = await call(accessOf(kubeconfig), "POST", config, body);
    assert.equal(reply.status, 201, reply.text);
    revision = Number(
      (JSON.parse(reply.text) as { metadata: { resourceVersion: string } }).metadata.resourceVersion,
    );
    assert.deepEqual(await statusOf("again", data).then(({ state, nodes }) => ({ state, nodes })), {
      state: "ready",
      nodes: 2,
    });
    await program.kill("SIGINT");
    assert.equal(program.child.exitCode, 0, program.output);
  }
  assert.equal((await statusOf("again", data)).state, "stopped");
  await using program = new Program(args);
  await program.printed(/is ready at/);
  writeFileSync(join(folder, "old.conf"), credentials);
  const kept = await call(accessOf(join(folder, "old.conf")), "GET", `${config}/kept`);
  assert.equal(kept.status, 200, "the first run's kubeconfig still works");
  for (const path of ["/flagz", "/api/v1/nodes/again-0/proxy/flagz"]) {
    const { text } = await call(accessOf(kubeconfig), "GET", path);
    for (const [flag, value] of [
      ["listen", listen],
      ["virtual-nodes", "2"],
      ["anonymous-auth", "true"],
    ])
      assert.match(text, new RegExp(`^${flag}[:= ]{1,2}${value}$`, "m"), path);
  }
  const next = await call(accessOf(kubeconfig), "POST", config, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "next" },
  });
  assert.ok(
    Number((JSON.parse(next.text) as { metadata: { resourceVersion: string } }).metadata.resourceVersion) >
      revision,
  );
});

test("a detached cluster is found by status and stopped by down; --purge removes state and context", async () => {
  const data = join(folder, "detached");
  mkdirSync(data, { mode: 0o755 });
  const kubeconfig = join(folder, "detached.conf");
  writeFileSync(
    kubeconfig,
    "apiVersion: v1\nkind: Config\ncontexts:\n- name: other\n  context: {cluster: c, user: u}\ncurrent-context: other\n",
  );
  const listen = `127.0.0.1:${await freePort()}`;
  const up = await run(navarch, [
    "up",
    "--node",
    "virtual",
    "--name",
    "away",
    "--data",
    data,
    "--listen",
    listen,
    "--kubeconfig",
    kubeconfig,
    "--detach",
  ]);
  assert.equal(up.code, 0, up.stderr);
  assert.match(up.stdout, /Cluster "away" runs at https:\/\/127\.0\.0\.1/);
  assert.equal((await statusOf("away", data)).state, "ready");
  assert.match(readFileSync(kubeconfig, "utf8"), /name: other[\s\S]*current-context: away/);
  assert.equal(statSync(kubeconfig).mode & 0o077 & 0o022, 0);

  renameSync(kubeconfig, `${kubeconfig}.away`);
  assert.equal((await statusOf("away", data)).state, "not ready", "it cannot be asked, and runs");
  renameSync(`${kubeconfig}.away`, kubeconfig);

  const second = await run(navarch, ["up", "--name", "away", "--data", data, "--listen", "127.0.0.1:0"]);
  assert.equal(second.code, 1);
  assert.match(second.stderr, /Cluster "away" runs already: process \d+/);
  assert.doesNotMatch(second.stderr, /\n\s+at /);

  const down = await run(navarch, ["down", "--name", "away", "--data", data]);
  assert.equal(down.code, 0, down.stderr);
  assert.match(down.stdout, /is stopped; its state is in/);
  assert.equal(statSync(join(data, "state.db")).mode & 0o077, 0, "others read what is in Secrets");
  // No --kubeconfig and no KUBECONFIG: the data tells where the context is, though nothing runs.
  const purge = await run(navarch, ["down", "--name", "away", "--data", data, "--purge"]);
  assert.equal(purge.code, 0, purge.stderr);
  assert.ok(!existsSync(data));
  assert.doesNotMatch(readFileSync(kubeconfig, "utf8"), /away/);
  const again = await run(navarch, ["down", "--name", "away", "--data", data, "--purge"]);
  assert.match(again.stdout, /Cluster "away" was not there/);
});

test("a start that is broken off is no error, and leaves nothing that runs", async () => {
  const data = join(folder, "broken-off");
  const files = ["--data", data, "--kubeconfig", join(folder, "broken-off.conf")];
  await using program = new Program(["up", "--node", "virtual", "--listen", "127.0.0.1:0", ...files]);
  await program.printed(/^ok/m);
  program.child.kill("SIGINT");
  // It may have come up in between.
  assert.ok([0, 130].includes((await program.exit()) ?? 1), program.output);
  assert.doesNotMatch(program.output, /error:/);
  assert.equal((await statusOf("navarch", data)).state, "stopped");
});

test("Ctrl-C while a detached cluster starts ends it too", async () => {
  const data = join(folder, "called-off");
  const files = ["--data", data, "--kubeconfig", join(folder, "called-off.conf")];
  await using program = new Program([
    "up",
    "--detach",
    "--node",
    "virtual",
    "--listen",
    "127.0.0.1:0",
    ...files,
  ]);
  await unannounced("the process that starts", () => existsSync(join(data, "navarch.log")));
  program.child.kill("SIGINT");
  // It may have come up in between.
  assert.ok([0, 130].includes((await program.exit()) ?? 1), program.output);
  if (program.child.exitCode === 0) await run(navarch, ["down", "--data", data]);
  assert.equal((await statusOf("navarch", data)).state, "stopped");
});

test("a cluster that stops already is not hurried by down, and one that is killed meanwhile is no trouble", async () => {
  const data = join(folder, "stopping");
  const files = ["--data", data, "--kubeconfig", join(folder, "stopping.conf")];
  const args = ["up", "--node", "virtual", "--listen", "127.0.0.1:0", ...files];
  {
    await using program = new Program(args);
    await program.printed(/is ready at/);
    program.child.kill("SIGINT");
    await program.printed(/Stopping/);
    program.child.kill("SIGTERM");
    assert.equal(await program.exit(), 0);
  }
  await using program = new Program(args);
  await program.printed(/is ready at/);
  program.child.kill("SIGSTOP");
  const down = run(navarch, ["down", "--data", data]);
  const isAsked = (): boolean => {
    const pending = /^ShdPnd:\s+(\w+)/m.exec(readFileSync(`/proc/${program.child.pid}/status`, "utf8"))?.[1];
    return (BigInt(`0x${pending}`) & (1n << 14n)) !== 0n;
  };
  await unannounced("the signal that waits", isAsked);
  program.child.kill("SIGKILL");
  const { code, stdout, stderr } = await down;
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /is stopped/);
});

test("purge never removes a folder that holds no cluster", async () => {
  const precious = join(folder, "precious");
  mkdirSync(precious);
  writeFileSync(join(precious, "thesis.txt"), "years of work");
  const ended = await run(navarch, ["down", "--name", "x", "--data", precious, "--purge"]);
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /it holds no cluster of Navarch/);
  assert.ok(existsSync(join(precious, "thesis.txt")));
});

/** Options for a data directory with one file, which holds nonsense. */
function broken(file: string, content: string): readonly string[] {
  const data = join(folder, `broken-${file.replace("/", "-")}`);
  mkdirSync(dirname(join(data, file)), { recursive: true });
  writeFileSync(join(data, file), content);
  if (file.endsWith(".crt")) writeFileSync(join(data, file.replace(/crt$/, "key")), content);
  return ["--data", data, "--kubeconfig", `${data}.conf`, "--listen", "127.0.0.1:0"];
}

test("a kubeconfig that cannot be written is told of before anything starts", async () => {
  const kubeconfig = join(folder, "locked.conf");
  const data = join(folder, "locked");
  const args = [
    "up",
    "--node",
    "virtual",
    "--data",
    data,
    "--kubeconfig",
    kubeconfig,
    "--listen",
    "127.0.0.1:0",
  ];
  for (const [file, content, says] of [
    [
      `${kubeconfig}.lock`,
      "",
      /it is locked; if no other program is changing it, remove .*\n +Or name another/,
    ],
    [kubeconfig, "a: [", /it is no YAML/],
  ] as const) {
    writeFileSync(file, content);
    const ended = await run(navarch, args);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, says);
    assert.doesNotMatch(ended.stdout, /^ok/m);
    rmSync(file);
  }
  assert.equal((await statusOf("navarch", data)).state, "stopped");
});

test("what a user gets wrong is named, with what to do", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const address = taken.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const file = join(folder, "a-file");
  writeFileSync(file, "");
  const rows: readonly (readonly [args: readonly string[], code: number, says: RegExp])[] = [
    [["up", "--listen", "nonsense"], 1, /Cannot listen on "nonsense": it is not ADDR:PORT\n +Use --listen/],
    [["up", "--name", "Not A Name"], 1, /Cannot use cluster name "Not A Name"/],
    [["up", "--virtual-nodes", "many"], 1, /Cannot use --virtual-nodes "many"/],
    [["up", "--node", "cloud"], 2, /Allowed choices are auto, real, virtual/],
    [
      [
        "up",
        "--node",
        "virtual",
        "--data",
        join(folder, "busy"),
        "--kubeconfig",
        join(folder, "busy.conf"),
        "--listen",
        `127.0.0.1:${port}`,
      ],
      1,
      /another program does\n +Stop it, or choose another address/,
    ],
    [["up", "--data", join(file, "below"), "--listen", "127.0.0.1:0"], 1, /Cannot make the data directory/],
    [["up", "--data", "/proc/navarch"], 1, /Cannot make the data directory/],
    [["up", "--cluster-cidr", "10.0.0.0/30"], 1, /Cannot use pod range "10\.0\.0\.0\/30"/],
    [["up", "--cluster-cidr", "10.96.0.0/16"], 1, /with service range "10\.96\.0\.0\/12": they share/],
    [["up", "--service-cluster-ip-range", "10"], 1, /Cannot use service range "10"/],
    [["apiserver", "--data", file, "--secure-port=6443"], 1, /Cannot use --secure-port: use --listen/],
    [
      ["apiserver", "--data", file, "--authorization-mode=AlwaysAllow"],
      1,
      /it is always RBAC or Node,RBAC here/,
    ],
    [["apiserver", "--data", file, "--disable-admission-plugins=X"], 1, /"X" is no admission plug-in/],
    [["apiserver", "--data", file, "--admission-control-config-file=/x"], 1, /configuration "\/x": ENOENT/],
    [["apiserver", "--data", file, "--allow-privileged", "--conquer"], 2, /unknown option '--conquer'/],
    [["scheduler"], 2, /required option '--kubeconfig <FILE>'/],
    [["scheduler", "--kubeconfig", join(folder, "absent.conf")], 1, /absent\.conf": there is no such file/],
    [["up", "--data", ""], 1, /Cannot use --data "": it is no directory/],
    [["up", "--node", "real", "--virtual-nodes", "3"], 1, /with --node real: nodes are of one kind/],
    [["up", "--kubelet-port", "x"], 1, /from 0 to 65535\n +Use --kubelet-port 10250/],
    [
      ["up", "--node", "virtual", ...broken("state.db", "x".repeat(9000))],
      1,
      /not a database\n +Restore a copy/,
    ],
    [["up", "--node", "virtual", ...broken("state.db.made", "")], 1, /it is missing now\n +Restore a copy/],
    [
      ["up", "--node", "virtual", ...broken("pki/ca.crt", "x")],
      1,
      /Cannot use "pki\/ca.crt".*\n +Restore the files/,
    ],
    [
      ["apiserver", "--listen", `127.0.0.1:${port}`, "--data", join(folder, "bare")],
      1,
      /another program does\n/,
    ],
    [["apiserver", "--data", ""], 1, /Cannot use --data "": it is no directory/],
    [["apiserver", "--data", folder, "--kubelet", "../n"], 1, /Cannot use "\.\.\/n" as the name of a node/],
    [["apiserver", "--data", folder, "--advertise-address", "x"], 1, /"x": it is no IP address/],
    [
      [
        "apiserver",
        "--listen",
        "127.0.0.1:0",
        "--data",
        join(folder, "far"),
        "--advertise-address",
        "203.0.113.9",
      ],
      1,
      /Cannot listen on 203\.0\.113\.9:.*\n +Choose another address with --advertise-address/,
    ],
    [
      ["apiserver", "--data", join(folder, "conf"), "--kubeconfig", join(file, "x")],
      1,
      /Or name another with --kubeconfig/,
    ],
    [
      ["apiserver", "--listen", "no.invalid:0", "--data", join(folder, "unknown")],
      1,
      /Cannot listen on no\.invalid:0.*\n +Choose another address with --listen/,
    ],
    [["kubelet", "--kubeconfig", file, "--node-name", "A B"], 1, /Cannot use "A B" as the name of a node/],
    [["up", "--anonymous-auth", "maybe"], 2, /Allowed choices are true, false/],
    [["status", "-o", "yaml"], 2, /Allowed choices are json, text/],
    [["conquer"], 2, /unknown command 'conquer'/],
  ];
  for (const [args, code, says] of rows) {
    const ended = await run(navarch, args);
    assert.equal(ended.code, code, `${args.join(" ")}: ${ended.stderr}`);
    assert.match(ended.stderr, says);
    assert.doesNotMatch(ended.stderr, /\n\s+at .*:\d+:\d+/, "a stack trace");
  }
  taken.close();
});

test("a clone without its dependencies finds the system's Node.js, though PATH has the clone first", () => {
  const bin = join(folder, "clone/bin");
  cpSync(join(root, "bin"), bin, { recursive: true });
  const env = { ...process.env, PATH: [bin, dirname(process.execPath), process.env["PATH"]].join(":") };
  const ended = spawnSync("node", ["--version"], { env, encoding: "utf8", timeout: 60_000 });
  assert.deepEqual([ended.stdout, ended.stderr], [`${process.version}\n`, ""]);
});

test("with the launcher's flags Node.js takes the compiled code that it brings", () => {
  const flags = /^exec "\$here\/bin\/node" (.*) "\$main"/m.exec(readFileSync(navarch, "utf8"))?.[1] ?? "";
  assert.match(flags, /^--/);
  const program = `const { internalBinding } = require("internal/test/binding");
    require("node:http2");
    console.log(internalBinding("builtins").getCacheUsage().compiledWithoutCache.size);`;
  const file = join(folder, "cache-usage.cjs");
  writeFileSync(file, program);
  const args = ["--expose-internals", "--no-warnings", ...flags.split(" "), file];
  const ended = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 60_000 });
  assert.deepEqual([ended.stdout, ended.stderr], ["0\n", ""]);
});
