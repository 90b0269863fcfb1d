/** Services of virtual nodes by the sockets of a user without privileges, as that user's curl meets them. */
import assert from "node:assert/strict";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { get } from "node:http";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { accessOf, call } from "../testing/api-call.ts";
import { freePort, Program } from "../testing/program.ts";
import { unannounced } from "../testing/unannounced.ts";

const nobody = 65_534;
/** May look into a clone that only root sees, as in /root; has no other right. */
const rights = ["inh-caps", "ambient-caps", "bounding-set"].map((set) => `--${set}=-all,+dac_read_search`);
const asNobody = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", ...rights];
const isRoot = process.getuid?.() === 0;

interface Reply {
  readonly spec: { readonly ports: readonly { readonly nodePort: number }[] };
}

test("a node port of a virtual node's web server answers on loopback, without root", async () => {
  const folder = mkdtempSync(join(tmpdir(), "navarch-userspace-"));
  if (isRoot) chownSync(folder, nobody, nobody);
  const kubeconfig = join(folder, "kube.conf");
  const args = ["up", "--node", "virtual", "--name", "nobody", "--data", join(folder, "data")];
  args.push("--listen", `127.0.0.1:${await freePort()}`, "--kubeconfig", kubeconfig);
  const env = { HOME: folder, XDG_CACHE_HOME: join(folder, "cache") };
  await using program = new Program(args, env, isRoot ? asNobody : []);
  await program.printed(/is ready at/);
  const access = accessOf(kubeconfig);
  const labels = { app: "web" };
  const container = { name: "web", image: "nginx", ports: [{ containerPort: 80 }] };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  const deployment = {
    metadata: { name: "web" },
    spec: { replicas: 2, selector: { matchLabels: labels }, template },
  };
  const deployments = "/apis/apps/v1/namespaces/default/deployments";
  const made = await call(access, "POST", deployments, deployment);
  assert.equal(made.status, 201, made.text);
  const service = {
    metadata: { name: "web" },
    spec: { type: "NodePort", selector: labels, ports: [{ port: 80 }] },
  };
  const { status, text } = await call(access, "POST", "/api/v1/namespaces/default/services", service);
  assert.equal(status, 201, text);
  const port = (JSON.parse(text) as Reply).spec.ports[0]?.nodePort ?? 0;
  await unannounced("the node port answers", async () => (await statusOf(port)) === "open");
  const names = new Set<string>();
  for (let at = 0; at < 30; at += 1) names.add(await page(port));
  assert.equal(names.size, 2, [...names].join());
  for (const name of names) assert.match(name, /^web-[0-9a-z]+-[0-9a-z]+\n$/);
  const none = await call(
    access,
    "PATCH",
    `${deployments}/web`,
    { spec: { replicas: 0 } },
    "application/merge-patch+json",
  );
  assert.equal(none.status, 200, none.text);
  await unannounced("the node port is refused", async () => (await statusOf(port)) === "ECONNREFUSED");
  await program.kill("SIGTERM");
  assert.equal(program.child.exitCode, 0, program.output);
  rmSync(folder, { recursive: true, force: true });
});

function statusOf(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    socket.once("connect", () => {
      socket.destroy();
      resolve("open");
    });
  });
}

function page(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ host: "127.0.0.1", port, agent: false }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      answer.on("end", () => resolve(body));
    });
    request.on("error", reject);
  });
}
