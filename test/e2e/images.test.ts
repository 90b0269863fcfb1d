/** Images of a real node: from a registry that asks who you are, through a mirror, from archives, by another handler. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runtimeClasses, secrets } from "../../src/api/mod.ts";
import { loadImages } from "../../src/kubelet/runtime/containerd/image-load.ts";
import { ociArchive } from "../../src/kubelet/runtime/containerd/oci-image.ts";
import { statusOf, waitingFor } from "../../src/kubelet/testing/node-bench.ts";
import { findProgram } from "../testing/find-program.ts";
import { Running } from "../testing/program.ts";
import { onRealNodes, type RealBench } from "./harness/real-bench.ts";
import { busybox, nginx } from "./harness/test-images.ts";

const lacks = ["docker-registry", "skopeo", "crun"].find((name) => findProgram(name) === undefined);
const skip = lacks === undefined ? false : `needs ${lacks}`;
const port = 5000;
const registry = `127.0.0.1:${port}`;
/** `secret`, as bcrypt keeps it. */
const password = "$2b$04$6VE1gw7AxUJ2.oT6vyTgCeHaBlZfe3fudfdSPFmZQ.GjhXM9f4WjW";

/**
 * crun refuses a machine where version 2 of cgroups beside version 1 has controllers of its own; the one that the tests
 * see has none.
 */
function hideControllers(): void {
  const controllers = "/sys/fs/cgroup/unified/cgroup.controllers";
  if (!existsSync(controllers)) return;
  assert.equal(spawnSync("mount", ["--bind", "/dev/null", controllers]).status, 0);
}

/** The distribution's registry, on loopback, for one user. */
class AuthRegistry implements AsyncDisposable {
  readonly #folder = mkdtempSync("/run/registry-");
  #running: Running | undefined;

  get archive(): string {
    return join(this.#folder, "image.tar");
  }

  async start(): Promise<void> {
    const users = join(this.#folder, "users");
    writeFileSync(users, `somebody:${password}\n`);
    const config = join(this.#folder, "config.yml");
    const auth = { htpasswd: { realm: "test", path: users } };
    const storage = { filesystem: { rootdirectory: join(this.#folder, "data") } };
    writeFileSync(
      config,
      JSON.stringify({ version: "0.1", log: { level: "info" }, storage, http: { addr: registry }, auth }),
    );
    this.#running = new Running(spawn("docker-registry", ["serve", config]));
    await this.#running.printed(/listening on/);
    writeFileSync(this.archive, ociArchive([busybox("app:1")]));
    copy(`oci-archive:${this.archive}`, `docker://${registry}/team/app:1`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running?.kill("SIGKILL");
  }
}

/** By skopeo, with that user's password. */
function copy(from: string, to: string): void {
  const args = ["copy", "--insecure-policy", "--dest-tls-verify=false"];
  const creds = to.startsWith("docker:") ? ["--dest-creds", "somebody:secret"] : [];
  const { status, stderr } = spawnSync("skopeo", [...args, ...creds, from, to], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
}

/** Loads an archive; resolves with the names of its images. */
function loaded(bench: RealBench, file: string): Promise<readonly string[]> {
  const { processes, containerd } = bench.machine;
  const where = { socket: containerd.paths.socket, searchPath: "/usr/sbin:/usr/bin:/sbin:/bin", file };
  return loadImages(bench.env, { processes, rpc: containerd.rpc }, where, bench.signal);
}

const authRegistry = new AuthRegistry();

onRealNodes(
  import.meta.filename,
  "images of a real node",
  (check) => {
    check("a private image needs its pull secret", async (bench) => {
      const image = `${registry}/team/app:1`;
      const containers = [{ name: "main", image, command: ["sleep", "1000"] }];
      await bench.create("stranger", { containers });
      const refused = await bench.eventually("stranger", (pod) => waitingFor(pod) === "ImagePullBackOff");
      assert.match(statusOf(refused).state.waiting?.message ?? "", /401 Unauthorized|pull access denied/);
      const auths = { [registry]: { auth: Buffer.from("somebody:secret").toString("base64") } };
      const data = { ".dockerconfigjson": Buffer.from(JSON.stringify({ auths })).toString("base64") };
      const metadata = { name: "key", namespace: "default" };
      await bench.harness.client
        .of(secrets)
        .create({ metadata, type: "kubernetes.io/dockerconfigjson", data }, bench.signal);
      await bench.create("friend", { imagePullSecrets: [{ name: "key" }], containers });
      await bench.running("friend");
      await bench.told("friend", "Pulled", `Successfully pulled image "${image}" in `);
      // On the node it is for those who have the secret, also for a kubelet that did not see the pull.
      await bench.harness.crashKubelet();
      await bench.harness.startKubelet();
      await bench.create("thief", { containers });
      await bench.eventually("thief", (pod) => waitingFor(pod) === "ImagePullBackOff");
      const never = containers.map((one) => ({ ...one, imagePullPolicy: "Never" as const }));
      await bench.create("silent", { containers: never });
      await bench.eventually("silent", (pod) => waitingFor(pod) === "ErrImageNeverPull");
      await bench.create("second", { imagePullSecrets: [{ name: "key" }], containers: never });
      await bench.running("second");
      await bench.told("second", "Pulled", `Container image "${image}" already present on machine`);
      const again = containers.map((one) => ({ ...one, imagePullPolicy: "Always" }));
      await bench.create("forgetful", { imagePullSecrets: [{ name: "lost" }], containers: again });
      const what =
        "Unable to retrieve some image pull secrets (lost); attempting to pull the image may not succeed.";
      await bench.told("forgetful", "FailedToRetrieveImagePullSecret", what);
    });

    check("hosts.toml sends a registry's images to a mirror", async (bench) => {
      bench.machine.registry.add("far/app:1");
      const folder = join(bench.machine.containerd.paths.registries, "images.example");
      mkdirSync(folder, { recursive: true });
      const host = `[host."http://${bench.machine.registry.address}"]\n  capabilities = ["pull", "resolve"]\n`;
      writeFileSync(join(folder, "hosts.toml"), `server = "https://images.example"\n\n${host}`);
      const image = "images.example/far/app:1";
      await bench.create("web", { containers: [{ name: "main", image, command: ["sleep", "1000"] }] });
      assert.equal(statusOf(await bench.running("web")).image, image);
    });

    check("archives of docker and of OCI are loaded", async (bench) => {
      const docker = `${authRegistry.archive}.docker`;
      copy(`oci-archive:${authRegistry.archive}`, `docker-archive:${docker}:loaded/docker:1`);
      assert.deepEqual(await loaded(bench, docker), ["docker.io/loaded/docker:1"]);
      assert.deepEqual(await loaded(bench, authRegistry.archive), ["docker.io/library/app:1"]);
      const names = (await bench.machine.images.listImages(bench.signal)).flatMap((one) => one.repoTags);
      assert.deepEqual(
        ["docker.io/loaded/docker:1"].filter((name) => !names.includes(name)),
        [],
      );
      await assert.rejects(loaded(bench, "/etc/hostname"), { code: "bad-archive" });
    });

    check("nginx, with libraries of its own, serves until it is told to quit", async (bench) => {
      const folder = mkdtempSync("/run/nginx-");
      writeFileSync(join(folder, "image.tar"), ociArchive([nginx("docker.io/library/nginx:1")]));
      await loaded(bench, join(folder, "image.tar"));
      const httpGet = { path: "/", port: 8080 };
      await bench.create("nginx", {
        containers: [{ name: "main", image: "nginx:1", readinessProbe: { httpGet, periodSeconds: 1 } }],
      });
      const pod = await bench.eventually("nginx", (one) => statusOf(one).ready);
      assert.equal(await (await fetch(`http://${pod.status.podIP}:8080/`)).text(), "hello\n");
      await bench.delete("nginx", 5);
      assert.ok((await bench.gone("nginx")) < 5, "it minds SIGTERM");
    });

    check("a RuntimeClass runs a pod by another handler", async (bench) => {
      hideControllers();
      const metadata = { name: "crun" };
      await bench.harness.client.of(runtimeClasses).create({ metadata, handler: "crun" }, bench.signal);
      await bench.create("web", {
        runtimeClassName: "crun",
        containers: [bench.shell("main", "echo here > /dev/termination-log; exit 0")],
        restartPolicy: "Never",
      });
      const pod = await bench.phase("web", "Succeeded");
      assert.equal(statusOf(pod).state.terminated?.message, "here\n");
    });
  },
  { skip, services: [authRegistry] },
);
