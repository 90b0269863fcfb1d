/** A Deployment's life by real kubectl: what it prints, and what the world is then. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { awaitObjects, hasCondition, type Seen } from "../testing/await-objects.ts";
import { deploymentYaml, KubectlCluster, noKubectl } from "./kubectl.ts";

interface Deployment {
  readonly metadata: { readonly generation: number; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly replicas: number;
    readonly paused?: boolean;
    readonly template: { readonly spec: { readonly containers: readonly [{ readonly image: string }] } };
  };
  readonly status: Readonly<Record<string, number>>;
}

interface List {
  readonly items: readonly Seen[];
}

describe("a Deployment's life by kubectl", { skip: noKubectl }, () => {
  let cluster: KubectlCluster;
  const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl(...args);
  before(async () => {
    cluster = await KubectlCluster.start("life");
    await kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=30s");
  });
  after(async () => cluster?.[Symbol.asyncDispose]());

  test("the first look shows a ready node and no pods", async () => {
    const wide = await kubectl("get", "nodes,pods", "-A", "-o", "wide");
    assert.match(wide, /^NAME +STATUS +ROLES +AGE +VERSION +INTERNAL-IP .*CONTAINER-RUNTIME$/m);
    assert.match(wide, /^node\/life-0 +Ready +\S+ +\d+s +v1\.36\.\d+\S* +127\.0\.0\.1 .*sim:\/\//m);
    const version = await kubectl("version");
    assert.match(version, /Server Version: v1\.36\.\d+\+navarch/);
  });

  test("create, rollout status and scale bring pods", async () => {
    assert.equal(
      await kubectl("create", "deployment", "web", "--image=nginx:1.25", "--replicas=3"),
      "deployment.apps/web created\n",
    );
    assert.match(
      await kubectl("rollout", "status", "deployment/web", "--timeout=60s"),
      /successfully rolled out/,
    );
    assert.match(await kubectl("get", "deployment", "web"), /^web +3\/3 +3 +3 +\d+s$/m);
    assert.equal(await kubectl("scale", "deployment", "web", "--replicas=5"), "deployment.apps/web scaled\n");
    await kubectl("rollout", "status", "deployment/web", "--timeout=60s");
    const pods = await cluster.json<List>("get", "pods", "-l", "app=web");
    assert.equal(pods.items.filter((pod) => hasCondition(pod, "Ready")).length, 5);
    const all = await kubectl("get", "all", "-o", "wide");
    assert.match(all, /^pod\/web-\S+ +1\/1 +Running +0 +\d+s +10\.244\.\d+\.\d+ +life-0 +<none> +<none>$/m);
    assert.match(
      all,
      /^replicaset\.apps\/web-\S+ +5 +5 +5 +\d+s +nginx +nginx:1\.25 +app=web,pod-template-hash=\S+$/m,
    );
  });

  test("set image rolls over, and history, undo, restart, pause and resume move between revisions", async () => {
    assert.match(
      await kubectl("set", "image", "deployment/web", "nginx=nginx:1.26"),
      /deployment\.apps\/web image updated/,
    );
    await kubectl("rollout", "status", "deployment/web", "--timeout=60s");
    await kubectl("annotate", "deployment", "web", "kubernetes.io/change-cause=newer");
    await awaitRevision("2", "newer");
    assert.match(
      await kubectl("rollout", "history", "deployment/web", "--revision=1"),
      /Image:\s+nginx:1\.25/,
    );

    assert.equal(await kubectl("rollout", "undo", "deployment/web"), "deployment.apps/web rolled back\n");
    await kubectl("rollout", "status", "deployment/web", "--timeout=60s");
    assert.equal((await web()).spec.template.spec.containers[0].image, "nginx:1.25");
    assert.match(await kubectl("rollout", "history", "deployment/web"), /^2 +newer\n3 +<none>$/m);

    await kubectl("rollout", "restart", "deployment/web");
    await kubectl("rollout", "status", "deployment/web", "--timeout=60s");
    assert.equal((await web()).metadata.annotations["deployment.kubernetes.io/revision"], "4");

    await kubectl("rollout", "pause", "deployment/web");
    await kubectl("set", "image", "deployment/web", "nginx=nginx:1.27");
    assert.match(
      await cluster.refused("rollout", "status", "deployment/web", "--timeout=1s"),
      /timed out waiting for the condition/,
    );
    assert.equal((await web()).status["updatedReplicas"] ?? 0, 0);
    await kubectl("rollout", "resume", "deployment/web");
    await kubectl("rollout", "status", "deployment/web", "--timeout=60s");
    const { status } = await web();
    assert.deepEqual([status["updatedReplicas"], status["availableReplicas"], status["replicas"]], [5, 5, 5]);
  });

  test("describe and events tell the story", async () => {
    const deployment = await kubectl("describe", "deployment", "web");
    assert.match(
      deployment,
      /^Replicas: +5 desired \| 5 updated \| 5 total \| 5 available \| 0 unavailable$/m,
    );
    assert.match(deployment, /^ +Available +True +MinimumReplicasAvailable$/m);
    assert.match(deployment, /ScalingReplicaSet .* Scaled up replica set web-\S+ from 0 to 3/);
    const pod = await podName();
    const described = await kubectl("describe", "pod", pod);
    assert.match(described, /^Node: +life-0\/127\.0\.0\.1$/m);
    assert.match(described, /^Controlled By: +ReplicaSet\/web-/m);
    assert.match(described, /^ +State: +Running$/m);
    for (const reason of ["Scheduled", "Pulled", "Created", "Started"])
      assert.match(described, new RegExp(`^ +Normal +${reason} `, "m"));
    const node = await kubectl("describe", "node", "life-0");
    assert.match(node, /^ +Ready +True .*KubeletReady/m);
    assert.match(node, /^Non-terminated Pods: +\(5 in total\)$/m);
    assert.match(node, /Registered Node life-0 in Controller/);
    assert.match(
      await kubectl("get", "events", "--field-selector", `involvedObject.name=${pod}`),
      /Normal +Started +pod\//,
    );
    assert.match(await kubectl("events", "--for", "deployment/web"), /ScalingReplicaSet/);
  });

  test("logs and exec reach a pod's processes", async () => {
    const pod = await podName();
    await kubectl("logs", pod);
    assert.equal(await kubectl("exec", pod, "--", "echo", "here"), "here\n");
  });

  test("expose gives an address and endpoints", async () => {
    await kubectl("expose", "deployment", "web", "--port=80", "--target-port=8080");
    assert.match(
      await kubectl("get", "service", "web"),
      /^web +ClusterIP +10\.\d+\.\d+\.\d+ +<none> +80\/TCP/m,
    );
    await awaitObjects<Seen & { readonly endpoints?: readonly unknown[] }>(
      cluster.access,
      "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
      "five endpoints",
      (slices) => slices.some((slice) => slice.endpoints?.length === 5),
    );
    assert.match(
      await kubectl("get", "endpointslices"),
      /^web-\S+ +IPv4 +8080 +10\.244\.\S+ \+ 2 more\.\.\./m,
    );
    assert.match(
      await cluster.beside("get", "endpoints", "web"),
      /Warning: v1 Endpoints is deprecated in v1\.33\+; use discovery\.k8s\.io\/v1 EndpointSlice/,
    );
  });

  test("taint, cordon and drain keep pods away; uncordon lets them come", async () => {
    assert.equal(await kubectl("taint", "node", "life-0", "a=b:NoSchedule"), "node/life-0 tainted\n");
    assert.equal(await kubectl("taint", "node", "life-0", "a-"), "node/life-0 untainted\n");
    await kubectl("cordon", "life-0");
    assert.match(await kubectl("get", "nodes"), /^life-0 +Ready,SchedulingDisabled /m);
    const drained = await kubectl("drain", "life-0", "--timeout=60s");
    assert.equal(drained.match(/^pod\/web-\S+ evicted$/gm)?.length, 5);
    assert.match(drained, /node\/life-0 drained/);
    const [pending] = await awaitObjects(
      cluster.access,
      "/api/v1/namespaces/default/pods",
      "five pods that fit nowhere",
      (pods) => pods.length === 5 && pods.every((pod) => hasCondition(pod, "PodScheduled", "False")),
    );
    assert.match(
      await kubectl("describe", "pod", pending?.metadata.name ?? ""),
      /FailedScheduling .*0\/1 nodes are available: 1 node\(s\) were unschedulable/,
    );
    await kubectl("uncordon", "life-0");
    await kubectl("rollout", "status", "deployment/web", "--timeout=60s");
  });

  test("get -w shows each change with its age", async () => {
    const watching = cluster.spawn("get", "pods", "-l", "run=seen", "-w");
    let output = "";
    const finished = new Promise<void>((resolve) => {
      watching.stdout?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (/ Running .*\n[^]*Terminating/.test(output)) resolve();
      });
      watching.on("exit", () => resolve());
    });
    // Older than the two seconds that kubectl forgives a clock.
    await cluster.refused("wait", "deployment/web", "--for=condition=Never", "--timeout=3s");
    await kubectl("run", "seen", "--image=nginx");
    await kubectl("wait", "pod/seen", "--for=condition=Ready", "--timeout=60s");
    await kubectl("delete", "pod", "seen", "--now");
    await finished;
    watching.kill();
    assert.match(output, /^seen +0\/1 +Pending +0 +\d+s$/m);
    assert.match(output, /^seen +1\/1 +Running +0 +\d+s$/m);
    assert.doesNotMatch(output, /<invalid>/);
  });

  test("a delete takes the pods along, waits for them, or orphans them", async () => {
    const manifest = cluster.file("app.yaml", deploymentYaml("app", 2, "app:1"));
    await kubectl("create", "namespace", "cascade");
    for (const cascade of ["background", "foreground", "orphan"]) {
      await kubectl("-n", "cascade", "apply", "-f", manifest);
      await kubectl("-n", "cascade", "rollout", "status", "deployment/app", "--timeout=60s");
      const deleted = await kubectl("-n", "cascade", "delete", "deployment", "app", `--cascade=${cascade}`);
      assert.match(deleted, /^deployment\.apps "app" deleted/);
      if (cascade === "orphan") continue;
      await awaitObjects(
        cluster.access,
        "/api/v1/namespaces/cascade/pods",
        "no pods",
        (pods) => pods.length === 0,
      );
    }
    const left = await kubectl("-n", "cascade", "get", "replicasets,pods", "-o", "name");
    assert.match(left, /^replicaset\.apps\/app-\S+\npod\/app-\S+\npod\/app-\S+\n$/);
    const sets = await cluster.json<List>("-n", "cascade", "get", "replicasets");
    assert.deepEqual(sets.items[0]?.metadata.ownerReferences ?? [], []);
  });

  test("a namespace is deleted with everything in it", async () => {
    assert.match(
      await kubectl("delete", "namespace", "cascade", "--timeout=60s"),
      /namespace "cascade" deleted/,
    );
    assert.match(
      await cluster.refused("get", "namespace", "cascade"),
      /Error from server \(NotFound\): namespaces "cascade" not found/,
    );
    assert.equal(await kubectl("-n", "cascade", "get", "all", "-o", "name"), "");
    assert.match(
      await cluster.refused("-n", "cascade", "create", "configmap", "late"),
      /namespaces "cascade" not found/,
    );
  });

  function web(): Promise<Deployment> {
    return cluster.json<Deployment>("get", "deployment", "web");
  }

  async function podName(): Promise<string> {
    const { items } = await cluster.json<List>("get", "pods", "-l", "app=web");
    return items[0]?.metadata.name ?? "";
  }

  /** The controller copies a change cause to the revision. */
  async function awaitRevision(revision: string, cause: string): Promise<void> {
    await awaitObjects<Seen & { readonly metadata: { readonly annotations?: Record<string, string> } }>(
      cluster.access,
      "/apis/apps/v1/namespaces/default/replicasets",
      `revision ${revision} with its cause`,
      (sets) =>
        sets.some(({ metadata: { annotations } }) => {
          const own = annotations?.["deployment.kubernetes.io/revision"];
          return own === revision && annotations?.["kubernetes.io/change-cause"] === cause;
        }),
    );
  }
});
