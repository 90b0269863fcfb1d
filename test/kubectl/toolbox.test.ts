/** What kubectl makes by itself, sets, prunes, edits, replaces, debugs and tells: the commands beyond a Deployment's day. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createCa } from "#base/pki";
import { createRealEnv } from "#base/real";
import { awaitObjects, hasCondition, type Seen } from "../testing/await-objects.ts";
import { call } from "../testing/api-call.ts";
import { deploymentYaml, KubectlCluster, noKubectl } from "./kubectl.ts";

interface Any {
  readonly metadata: {
    readonly uid: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  // oxlint-disable-next-line no-explicit-any -- each row knows its kind
  readonly [field: string]: any;
}

describe("kubectl's toolbox", { skip: noKubectl }, () => {
  let cluster: KubectlCluster;
  const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl(...args);
  const get = (...args: readonly string[]): Promise<Any> => cluster.json<Any>("get", ...args);
  before(async () => {
    cluster = await KubectlCluster.start("tools");
    await kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=30s");
  });
  after(async () => cluster?.[Symbol.asyncDispose]());

  test("create makes every kind that it knows", async () => {
    const { certificatePem, privateKeyPem } = createCa(createRealEnv({ name: "ca", logLevel: "error" }), {
      commonName: "x",
      days: 1,
    });
    const [cert, key] = [cluster.file("tls.crt", certificatePem), cluster.file("tls.key", privateKeyPem)];
    const rows: readonly (readonly [
      args: string,
      made: string,
      holds: (object: Any) => unknown,
      expected: unknown,
    ])[] = [
      ["quota q --hard=pods=90", "resourcequota/q", ({ spec }) => spec.hard, { pods: "90" }],
      [
        "role r --verb=get --resource=pods/log,deployments.apps",
        "role.rbac.authorization.k8s.io/r",
        ({ rules }) => rules.length,
        2,
      ],
      [
        "rolebinding r --clusterrole=view --user=jane --serviceaccount=default:x",
        "rolebinding.rbac.authorization.k8s.io/r",
        ({ subjects }) => subjects.length,
        2,
      ],
      [
        "clusterrole c --verb=get --non-resource-url=/healthz",
        "clusterrole.rbac.authorization.k8s.io/c",
        ({ rules }) => rules[0].nonResourceURLs,
        ["/healthz"],
      ],
      [
        "clusterrolebinding c --clusterrole=c --group=g",
        "clusterrolebinding.rbac.authorization.k8s.io/c",
        ({ roleRef }) => roleRef.name,
        "c",
      ],
      ["secret generic plain --from-literal=a=b", "secret/plain", ({ data }) => data.a, "Yg=="],
      [
        "secret docker-registry pull --docker-server=r --docker-username=u --docker-password=p",
        "secret/pull",
        ({ type }) => type,
        "kubernetes.io/dockerconfigjson",
      ],
      [`secret tls tls --cert=${cert} --key=${key}`, "secret/tls", ({ type }) => type, "kubernetes.io/tls"],
      ["configmap map --from-literal=a=b", "configmap/map", ({ data }) => data, { a: "b" }],
      ["serviceaccount account", "serviceaccount/account", ({ kind }) => kind, "ServiceAccount"],
      [
        "ingress ing --rule=a.example/x*=web:80,tls=tls --class=nginx",
        "ingress.networking.k8s.io/ing",
        ({ spec }) => spec.rules[0].http.paths[0].pathType,
        "Prefix",
      ],
      [
        "job once --image=busybox -- true",
        "job.batch/once",
        ({ spec }) => spec.template.spec.restartPolicy,
        "Never",
      ],
      ["cronjob often --image=busybox --schedule=0/5*1*** -- date", "", () => "", ""],
      [
        "poddisruptionbudget p --selector=app=x --min-available=50%",
        "poddisruptionbudget.policy/p",
        ({ spec }) => spec.minAvailable,
        "50%",
      ],
      [
        "priorityclass pc --value=5 --preemption-policy=Never",
        "priorityclass.scheduling.k8s.io/pc",
        ({ value, preemptionPolicy }) => [value, preemptionPolicy],
        [5, "Never"],
      ],
      ["service clusterip s1 --tcp=80:8080", "service/s1", ({ spec }) => spec.ports[0].targetPort, 8080],
      [
        "service nodeport s2 --tcp=80 --node-port=30080",
        "service/s2",
        ({ spec }) => spec.ports[0].nodePort,
        30_080,
      ],
      ["service loadbalancer s3 --tcp=80", "service/s3", ({ spec }) => spec.type, "LoadBalancer"],
      [
        "service externalname s4 --external-name=a.example",
        "service/s4",
        ({ spec }) => spec.externalName,
        "a.example",
      ],
    ];
    for (const [args, made, holds, expected] of rows) {
      if (made === "") {
        assert.match(
          await cluster.refused("create", ...args.split(" ")),
          /schedule.*Invalid value|expected exactly 5 fields/,
        );
        continue;
      }
      assert.equal(await kubectl("create", ...args.split(" ")), `${made} created\n`);
      assert.deepEqual(holds(await get(made)), expected, args);
    }
    await kubectl("create", "cronjob", "often", "--image=busybox", "--schedule=*/5 * * * *", "--", "date");
    assert.equal(await kubectl("create", "job", "now", "--from=cronjob/often"), "job.batch/now created\n");
    assert.equal(
      (await get("job", "now")).metadata.annotations?.["cronjob.kubernetes.io/instantiate"],
      "manual",
    );
  });

  test("set changes the environment, resources, account, selector and subjects", async () => {
    await kubectl("create", "deployment", "web", "--image=app:1", "--replicas=1");
    await kubectl("set", "env", "deployment/web", "A=b", "--containers=*");
    assert.match(await kubectl("set", "env", "deployment/web", "--list"), /^A=b$/m);
    await kubectl(
      "set",
      "resources",
      "deployment/web",
      "--limits=cpu=200m,memory=64Mi",
      "--requests=cpu=100m",
    );
    await kubectl("set", "serviceaccount", "deployment/web", "account");
    const { spec } = (await get("deployment", "web"))["spec"].template;
    assert.deepEqual(spec.containers[0].resources, {
      limits: { cpu: "200m", memory: "64Mi" },
      requests: { cpu: "100m" },
    });
    assert.equal(spec.serviceAccountName, "account");
    await kubectl("set", "selector", "service/s1", "app=web");
    assert.deepEqual((await get("service", "s1"))["spec"].selector, { app: "web" });
    await kubectl("set", "subject", "rolebinding/r", "--user=bob");
    assert.match(await kubectl("describe", "rolebinding", "r"), /User +bob/);
    assert.match(
      await kubectl("autoscale", "deployment", "web", "--min=1", "--max=5", "--cpu-percent=50"),
      /autoscaled/,
    );
    assert.match(await kubectl("get", "hpa", "web"), /^web +Deployment\/web +cpu: <unknown>\/50% +1 +5 +0 /m);
    await kubectl("delete", "hpa", "web");
  });

  test("apply prunes by label and by set, and what is pruned is gone", async () => {
    const map = (name: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {set: p}}\ndata: {k: v}\n---\n`;
    const [both, one] = [
      cluster.file("both.yaml", map("p1") + map("p2")),
      cluster.file("one.yaml", map("p1")),
    ];
    await kubectl("apply", "-f", both);
    const prune = ["--prune", "-l", "set=p", "--prune-allowlist=core/v1/ConfigMap"];
    assert.equal(
      await kubectl("apply", "-f", one, ...prune),
      "configmap/p1 unchanged\nconfigmap/p2 pruned\n",
    );
    await kubectl("create", "namespace", "sets");
    const sets = ["apply", "-n", "sets", "--prune", "--applyset=mine"];
    await cluster.kubectlWith("KUBECTL_APPLYSET", ...sets, "-f", both);
    assert.match(
      await cluster.kubectlWith("KUBECTL_APPLYSET", ...sets, "-f", one),
      /^configmap\/p2 pruned$/m,
    );
    assert.match(
      await kubectl("get", "configmaps", "-n", "sets", "-o", "name"),
      /^configmap\/kube-root-ca.crt\nconfigmap\/p1\n$/,
    );
  });

  test("edit writes what the editor wrote, and replace takes the old one's place", async () => {
    const editor = cluster.file("editor.sh", '#!/bin/sh\nsed -i "s/k: v/k: edited/" "$1"\n');
    assert.equal(
      await cluster.kubectlWith(`KUBE_EDITOR=sh ${editor}`, "edit", "configmap", "p1"),
      "configmap/p1 edited\n",
    );
    assert.deepEqual((await get("configmap", "p1"))["data"], { k: "edited" });
    assert.match(await cluster.kubectlWith("KUBE_EDITOR=true", "edit", "configmap", "p1"), /no changes made/);
    assert.match(await kubectl("apply", "view-last-applied", "configmap/p1"), /^ {2}k: v$/m);
    const before_ = (await get("configmap", "p1")).metadata.uid;
    assert.equal(await kubectl("replace", "-f", join(cluster.folder, "one.yaml")), "configmap/p1 replaced\n");
    assert.equal((await get("configmap", "p1")).metadata.uid, before_);
    await kubectl("replace", "--force", "-f", join(cluster.folder, "one.yaml"));
    assert.notEqual((await get("configmap", "p1")).metadata.uid, before_);
  });

  test("run, wait for what one likes, and debug", async () => {
    const once = ["run", "once", "--image=busybox", "--restart=Never", "--rm", "-i", "--quiet", "--"];
    assert.equal(await kubectl(...once, "echo", "hi"), "hi\n");
    await kubectl("run", "alone", "--image=busybox", "--restart=Never", "--command", "--", "sleep", "1000");
    await kubectl("wait", "pod/alone", "--for=jsonpath={.status.phase}=Running", "--timeout=30s");
    await kubectl("wait", "--for=create", "configmap/p1", "--timeout=5s");
    await kubectl(
      "debug",
      "alone",
      "--image=busybox",
      "--container=tool",
      "--profile=general",
      "--",
      "sleep",
      "1000",
    );
    const running = (pod: Seen): boolean => {
      const states = (pod.status?.["ephemeralContainerStatuses"] ?? []) as { state: { running?: object } }[];
      return states.some(({ state }) => state.running !== undefined);
    };
    await awaitObjects(cluster.access, "/api/v1/namespaces/default/pods", "the tool", (pods) =>
      pods.some(running),
    );
    assert.equal(await kubectl("exec", "alone", "-c", "tool", "--", "echo", "here"), "here\n");
    await kubectl(
      "debug",
      "alone",
      "--copy-to=copy",
      "--set-image=*=alpine",
      "--profile=general",
      "--attach=false",
    );
    assert.equal((await get("pod", "copy"))["spec"].containers[0].image, "alpine");
    await kubectl("debug", "node/tools-0", "--image=busybox", "--profile=sysadmin", "--attach=false");
    const isDebugger = (pod: Seen): boolean => pod.metadata.name.startsWith("node-debugger-tools-0-");
    const pods = await awaitObjects(cluster.access, "/api/v1/namespaces/default/pods", "a debugger", (all) =>
      all.some((pod) => isDebugger(pod) && hasCondition(pod, "PodScheduled")),
    );
    assert.equal(pods.find(isDebugger)?.spec?.nodeName, "tools-0");
    await kubectl("delete", "pods", "--all", "--now");
  });

  test("rights are listed and reconciled", async () => {
    const role = (verbs: string): string =>
      [
        "apiVersion: rbac.authorization.k8s.io/v1",
        "kind: Role",
        "metadata: {name: kept, namespace: default}",
        `rules: [{apiGroups: [""], resources: [pods], verbs: [${verbs}]}]`,
        "",
      ].join("\n");
    const file = cluster.file("role.yaml", role("get"));
    const reconcile = ["auth", "reconcile", "-f", file] as const;
    assert.match(await kubectl(...reconcile), /kept reconciled/);
    cluster.file("role.yaml", role("list"));
    await kubectl(...reconcile);
    const verbs = (await get("role", "kept"))["rules"].flatMap((rule: { verbs: string[] }) => rule.verbs);
    assert.deepEqual(verbs.sort(), ["get", "list"]);
    assert.match(
      await kubectl("auth", "can-i", "--list", "--as=jane"),
      /^pods +\[\] +\[\] +\[get list watch\]$/m,
    );
  });

  test("certificates are approved once, by who may", async () => {
    const csr = cluster.file("csr.yaml", signingRequest("mine"));
    await kubectl("apply", "-f", csr);
    assert.match(await kubectl("get", "csr", "mine"), /kubernetes-admin +<none> +Pending/);
    assert.equal(
      await kubectl("certificate", "approve", "mine"),
      "certificatesigningrequest.certificates.k8s.io/mine approved\n",
    );
    assert.match(await kubectl("get", "csr", "mine"), /Approved/);
    assert.match(await cluster.refused("certificate", "deny", "mine"), /already Approved/);
    assert.match(await cluster.refused("certificate", "approve", "none"), /NotFound/);
  });

  test("kustomizations, selectors and raw paths", async () => {
    cluster.file("kustomization.yaml", "resources: [one.yaml]\nnamePrefix: k-\n");
    assert.equal(await kubectl("apply", "-k", cluster.folder), "configmap/k-p1 created\n");
    assert.equal(await kubectl("diff", "-k", cluster.folder), "");
    assert.match(await kubectl("delete", "-k", cluster.folder), /^configmap "k-p1" deleted\b/);
    assert.match(await kubectl("label", "configmaps", "--all", "all=yes"), /configmap\/p1 labeled/);
    assert.match(await kubectl("get", "configmaps", "-L", "all", "--no-headers"), /^p1 +1 +\S+ +yes$/m);
    assert.match(await kubectl("delete", "configmaps", "-l", "set=p"), /^configmap "p1" deleted\b/);
    assert.equal(await kubectl("get", "--raw", "/healthz"), "ok");
    assert.equal(
      await kubectl("create", "-f", join(cluster.folder, "one.yaml"), "--dry-run=server", "-o", "name"),
      "configmap/p1\n",
    );
    assert.match(await cluster.refused("get", "configmap", "p1"), /NotFound/);
  });

  test("the cluster tells about itself; metrics are not there yet, and top says so", async () => {
    assert.match(await kubectl("cluster-info"), /Kubernetes control plane.* is running at/);
    await kubectl(
      "cluster-info",
      "dump",
      "--namespaces=default",
      `--output-directory=${cluster.folder}/dump`,
    );
    assert.ok(existsSync(join(cluster.folder, "dump/default/services.json")));
    for (const what of ["pods", "nodes"])
      assert.equal(await cluster.refused("top", what), "error: Metrics API not available\n");
    assert.match(await kubectl("config", "view", "--minify"), /server: https:\/\/127\.0\.0\.1:\d+/);
    assert.equal(await kubectl("config", "current-context"), "tools\n");
  });

  test("proxy passes a browser's calls on as the user", async () => {
    const proxy = cluster.spawn("proxy", "--port=0");
    try {
      const port = await new Promise<string>((resolve) => {
        let text = "";
        proxy.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
          const found = /127\.0\.0\.1:(\d+)/.exec(text)?.[1];
          if (found !== undefined) resolve(found);
        });
      });
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/namespaces/default`);
      assert.equal(((await answer.json()) as Any)["kind"], "Namespace");
    } finally {
      proxy.kill();
    }
  });

  test("rollouts of sets, and a Deployment's patch by subresource", async () => {
    await kubectl("apply", "-f", cluster.file("app.yaml", deploymentYaml("app", 1, "app:1")));
    await kubectl("rollout", "status", "deployment/app", "--timeout=60s");
    const patch = '{"status":{"conditions":[{"type":"Mine","status":"True"}]}}';
    await kubectl("patch", "deployment", "app", "--subresource=status", "--type=strategic", "-p", patch);
    const { status } = JSON.parse(
      (await call(cluster.access, "GET", "/apis/apps/v1/namespaces/default/deployments/app/status")).text,
    ) as Any;
    assert.ok(
      status.conditions.some(({ type }: { type: string }) => type === "Mine" || type === "Available"),
    );
    const scale = await kubectl("get", "deployment", "app", "--subresource=scale");
    assert.match(scale, /^NAME +DESIRED +AVAILABLE +AGE\napp +1 +1 +\S+\n$/);
    assert.match(
      await cluster.refused("rollout", "undo", "deployment/app", "--to-revision=9"),
      /unable to find specified revision 9/,
    );
    assert.match(await kubectl("delete", "deployment", "app", "--cascade=foreground"), /deleted/);
  });
});

/** A request as openssl writes it. */
function signingRequest(name: string): string {
  const args = "req -new -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=user1";
  const request = execFileSync("openssl", args.split(" "), { stdio: ["ignore", "pipe", "ignore"] });
  return [
    "apiVersion: certificates.k8s.io/v1",
    "kind: CertificateSigningRequest",
    `metadata: {name: ${name}}`,
    `spec: {request: ${request.toString("base64")}, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}`,
    "",
  ].join("\n");
}
