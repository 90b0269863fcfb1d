/** The official JavaScript client on a whole cluster: its typed, dynamic and applying calls, logs, exec and port-forward. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { PassThrough, type Writable } from "node:stream";
import { after, before, describe, test } from "node:test";
import {
  ApiException,
  AppsV1Api,
  AuthorizationV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  PatchStrategy,
  PortForward,
  setHeaderOptions,
  type V1Pod,
  VersionApi,
  Watch,
} from "@kubernetes/client-node";
import { KubectlCluster } from "../kubectl/kubectl.ts";
import { awaitObjects, hasCondition } from "../testing/await-objects.ts";

const NAMESPACE = "default";
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

function pod(name: string, command: readonly string[]): V1Pod {
  return {
    metadata: { name, labels: { of: "client" } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: "main", image: "busybox", command: [...command] }],
    },
  };
}

describe("@kubernetes/client-node", () => {
  let cluster: KubectlCluster;
  let config: KubeConfig;
  let core: CoreV1Api;
  before(async () => {
    cluster = await KubectlCluster.start("client");
    config = new KubeConfig();
    config.loadFromFile(cluster.environment()["KUBECONFIG"] ?? "");
    core = config.makeApiClient(CoreV1Api);
    await core.createNamespacedPod({ namespace: NAMESPACE, body: pod("shell", ["sleep", "1000"]) });
    await core.createNamespacedPod({
      namespace: NAMESPACE,
      body: pod("talker", ["sh", "-c", "echo one; echo two; sleep 1000"]),
    });
    await awaitObjects(
      cluster.access,
      PODS,
      "two ready pods",
      (pods) => pods.length === 2 && pods.every((one) => hasCondition(one, "Ready")),
    );
  });
  after(async () => cluster?.[Symbol.asyncDispose]());

  test("knows the version and its rights", async () => {
    const { gitVersion, minor } = await config.makeApiClient(VersionApi).getCode();
    assert.match(gitVersion, /^v1\.36\./);
    assert.equal(minor, "36");
    const review = await config.makeApiClient(AuthorizationV1Api).createSelfSubjectAccessReview({
      body: { spec: { resourceAttributes: { verb: "create", resource: "pods", namespace: NAMESPACE } } },
    });
    assert.equal(review.status?.allowed, true);
  });

  test("lists with selectors and pages, and reads dates as dates", async () => {
    const page = await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: "of=client", limit: 1 });
    assert.equal(page.items.length, 1);
    const rest = await core.listNamespacedPod({
      namespace: NAMESPACE,
      labelSelector: "of=client",
      limit: 1,
      _continue: page.metadata?._continue ?? "",
    });
    assert.deepEqual(
      [...page.items, ...rest.items].map(({ metadata }) => metadata?.name),
      ["shell", "talker"],
    );
    const running = await core.listPodForAllNamespaces({
      fieldSelector: "spec.nodeName=client-0,status.phase=Running",
    });
    assert.equal(running.items.length, 2);
    assert.ok(running.items[0]?.metadata?.creationTimestamp instanceof Date);
  });

  test("a refusal is an exception with the code and the status", async () => {
    const missing = core.readNamespacedPod({ namespace: NAMESPACE, name: "none" });
    await assert.rejects(missing, (error) => {
      assert.ok(error instanceof ApiException);
      const { reason, message } = JSON.parse(error.body as string) as Record<string, string>;
      assert.deepEqual([error.code, reason, message], [404, "NotFound", 'pods "none" not found']);
      return true;
    });
  });

  test("patches by every strategy, and applies", async () => {
    const name = "map";
    await core.createNamespacedConfigMap({
      namespace: NAMESPACE,
      body: { metadata: { name }, data: { a: "1" } },
    });
    const patched = async (body: object, strategy: string): Promise<unknown> => {
      const options = setHeaderOptions("content-type", strategy);
      const request = {
        namespace: NAMESPACE,
        name,
        body,
        fieldManager: "client",
        force: strategy === PatchStrategy.ServerSideApply,
      };
      const { force, ...plain } = request;
      return (await core.patchNamespacedConfigMap(force ? request : plain, options)).data;
    };
    const add = [{ op: "add", path: "/data/b", value: "2" }];
    assert.deepEqual(await patched(add, PatchStrategy.JsonPatch), { a: "1", b: "2" });
    assert.deepEqual(await patched({ data: { a: null } }, PatchStrategy.MergePatch), { b: "2" });
    assert.deepEqual(await patched({ data: { c: "3" } }, PatchStrategy.StrategicMergePatch), {
      b: "2",
      c: "3",
    });
    const applied = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { d: "4" } };
    assert.deepEqual(await patched(applied, PatchStrategy.ServerSideApply), { b: "2", c: "3", d: "4" });
    const nothing = { apiVersion: "v1", kind: "ConfigMap", metadata: { name } };
    assert.deepEqual(await patched(nothing, PatchStrategy.ServerSideApply), { b: "2", c: "3" });
  });

  test("reads, patches and deletes any kind by discovery", async () => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    const labels = { app: "web" };
    const deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: NAMESPACE },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: "main", image: "app:1" }] } },
      },
    };
    await objects.create(deployment);
    const changed = await objects.patch({ ...deployment, spec: { ...deployment.spec, replicas: 2 } });
    assert.equal((changed as typeof deployment).spec.replicas, 2);
    const apps = config.makeApiClient(AppsV1Api);
    assert.equal(
      (await apps.readNamespacedDeploymentScale({ namespace: NAMESPACE, name: "web" })).spec?.replicas,
      2,
    );
    assert.ok((await objects.list("apps/v1", "Deployment", NAMESPACE)).items.length === 1);
    await objects.delete(deployment, undefined, undefined, undefined, undefined, "Foreground");
    const collection = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
    await awaitObjects(cluster.access, collection, "no deployment", (left) => left.length === 0);
    const pods = await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: "app=web" });
    assert.deepEqual(pods.items, []);
    await assert.rejects(objects.read(deployment), { code: 404 });
  });

  test("watches until its time is over", async () => {
    const types: string[] = [];
    const ended = new Promise<unknown>((resolve, reject) => {
      new Watch(config)
        .watch(PODS, { timeoutSeconds: 1, labelSelector: "of=client" }, (type) => types.push(type), resolve)
        .catch(reject);
    });
    assert.equal(await ended, null);
    assert.deepEqual(types, ["ADDED", "ADDED"]);
  });

  test("follows a log until its container ends", async () => {
    const sink = new PassThrough();
    await new Log(config).log(NAMESPACE, "talker", "main", sink, { follow: true, tailLines: 2 });
    const text = textOf(sink);
    await core.deleteNamespacedPod({ namespace: NAMESPACE, name: "talker" });
    assert.equal(await text, "one\ntwo\n");
  });

  test("runs a command over a WebSocket: input, output and its code", async () => {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const output = textOf(stdout);
    const ended = new Promise<{ status?: string; details?: { causes?: { message?: string }[] } }>(
      (resolve, reject) => {
        new Exec(config)
          .exec(
            NAMESPACE,
            "shell",
            "main",
            ["sh", "-c", "cat; exit 3"],
            stdout,
            stderr,
            stdin,
            false,
            (status) => {
              stdout.end();
              resolve(status as never);
            },
          )
          .catch(reject);
      },
    );
    stdin.end("from here\n");
    const { status, details } = await ended;
    assert.deepEqual([status, details?.causes?.[0]?.message], ["Failure", "3"]);
    assert.equal(await output, "from here\n");
  });

  test("forwards a port", async () => {
    await core.createNamespacedPod({
      namespace: NAMESPACE,
      body: pod("echo", ["nc", "-lk", "-p", "7000", "-e", "cat"]),
    });
    await awaitObjects(cluster.access, PODS, "a pod that echoes", (pods) =>
      pods.some((one) => one.metadata.name === "echo" && hasCondition(one, "Ready")),
    );
    const forward = new PortForward(config);
    const server = createServer((socket) => {
      const failed = (): unknown => socket.destroy();
      forward
        .portForward(NAMESPACE, "echo", [7000], socket, null as unknown as Writable, socket)
        .catch(failed);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const socket = connect(typeof address === "object" && address !== null ? address.port : 0, "127.0.0.1");
    socket.write("hello through\n");
    const [answer] = (await once(socket, "data")) as [Buffer];
    assert.equal(answer.toString(), "hello through\n");
    socket.destroy();
    server.close();
  });
});

async function textOf(stream: PassThrough): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}
