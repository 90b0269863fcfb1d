/** The rest of a day with real kubectl: apply and diff, patches, output formats, discovery, rights, and plain refusals. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { deploymentYaml, KubectlCluster, noKubectl } from "./kubectl.ts";

interface Applied {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly managedFields: readonly { readonly manager: string; readonly operation: string }[];
  };
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly spec: {
        readonly containers: readonly { readonly image: string; readonly env?: readonly unknown[] }[];
      };
    };
  };
  readonly data?: Readonly<Record<string, string>>;
}

describe("a day with kubectl", { skip: noKubectl }, () => {
  let cluster: KubectlCluster;
  let first: string;
  let second: string;
  const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl(...args);
  const app = (): Promise<Applied> => cluster.json("get", "deployment", "app", "--show-managed-fields");
  before(async () => {
    cluster = await KubectlCluster.start("day");
    first = cluster.file("first.yaml", deploymentYaml("app", 2, "app:1"));
    second = cluster.file("second.yaml", deploymentYaml("app", 3, "app:2"));
    await kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=30s");
  });
  after(async () => cluster?.[Symbol.asyncDispose]());

  test("apply creates, leaves alone, and changes what diff foretells", async () => {
    assert.equal(await kubectl("apply", "-f", first), "deployment.apps/app created\n");
    await kubectl("rollout", "status", "deployment/app", "--timeout=60s");
    const before_ = await app();
    assert.equal(await kubectl("apply", "-f", first), "deployment.apps/app unchanged\n");
    assert.equal((await app()).metadata.resourceVersion, before_.metadata.resourceVersion);
    const diff = await cluster.refused("diff", "-f", second);
    assert.match(diff, /^-  replicas: 2\n\+  replicas: 3$/m);
    assert.match(diff, /^-      - image: app:1\n\+      - image: app:2$/m);
    assert.equal((await app()).spec.replicas, 2);
    assert.equal(await kubectl("apply", "-f", second), "deployment.apps/app configured\n");
    assert.equal(await kubectl("diff", "-f", second), "");
    const { spec, metadata } = await app();
    assert.deepEqual([spec.replicas, spec.template.spec.containers[0]?.image], [3, "app:2"]);
    assert.ok(metadata.annotations?.["kubectl.kubernetes.io/last-applied-configuration"]);
  });

  test("server-side apply owns fields, and conflicts name their owner", async () => {
    const serverSide = ["apply", "--server-side"] as const;
    assert.equal(await kubectl(...serverSide, "-f", second), "deployment.apps/app serverside-applied\n");
    const refused = await cluster.refused(...serverSide, "--field-manager=other", "-f", first);
    assert.match(refused, /Apply failed with 2 conflicts: conflicts with "kubectl":/);
    assert.match(refused, /^- \.spec\.template\.spec\.containers\[name="main"\]\.image$/m);
    await kubectl(...serverSide, "--field-manager=other", "--force-conflicts", "-f", first);
    const { spec, metadata } = await app();
    assert.equal(spec.replicas, 2);
    assert.ok(metadata.managedFields.some((one) => one.manager === "other" && one.operation === "Apply"));
    const dry = await kubectl(...serverSide, "--dry-run=server", "--force-conflicts", "-f", second);
    assert.match(dry, /serverside-applied \(server dry run\)/);
    assert.equal((await app()).spec.replicas, 2);
  });

  test("every type of patch changes what it says", async () => {
    const env = {
      spec: { template: { spec: { containers: [{ name: "main", env: [{ name: "A", value: "b" }] }] } } },
    };
    await kubectl("patch", "deployment", "app", "-p", JSON.stringify(env));
    const [container] = (await app()).spec.template.spec.containers;
    assert.deepEqual([container?.image, container?.env], ["app:1", [{ name: "A", value: "b" }]]);
    await kubectl("create", "configmap", "map", "--from-literal=a=1");
    await kubectl("patch", "configmap", "map", "--type=merge", "-p", '{"data":{"a":null,"b":"2"}}');
    const tested = '[{"op":"test","path":"/data/b","value":"2"},{"op":"add","path":"/data/c","value":"3"}]';
    await kubectl("patch", "configmap", "map", "--type=json", "-p", tested);
    const { data } = await cluster.json<Applied>("get", "configmap", "map");
    assert.deepEqual(data, { b: "2", c: "3" });
    const wrong = '[{"op":"test","path":"/data/b","value":"9"}]';
    assert.match(
      await cluster.refused("patch", "configmap", "map", "--type=json", "-p", wrong),
      /test of "\/data\/b"/,
    );
    await kubectl(
      "patch",
      "deployment",
      "app",
      "--subresource=scale",
      "--type=merge",
      "-p",
      '{"spec":{"replicas":1}}',
    );
    await kubectl("rollout", "status", "deployment/app", "--timeout=60s");
    assert.equal((await app()).spec.replicas, 1);
  });

  test("labels and annotations come, stay, and go", async () => {
    assert.equal(await kubectl("label", "deployment", "app", "tier=web"), "deployment.apps/app labeled\n");
    assert.match(
      await cluster.refused("label", "deployment", "app", "tier=db"),
      /'tier' already has a value \(web\), and --overwrite is false/,
    );
    await kubectl("label", "deployment", "app", "tier=db", "--overwrite");
    assert.match(await kubectl("get", "deployments", "-l", "tier in (db)", "--no-headers"), /^app /);
    await kubectl("label", "deployment", "app", "tier-");
    await kubectl("annotate", "deployment", "app", "note=it works");
    const { metadata } = await app();
    assert.deepEqual([metadata.labels, metadata.annotations?.["note"]], [{ app: "app" }, "it works"]);
    assert.match(
      await cluster.refused("label", "deployment", "app", "tier=not valid"),
      /invalid label value|Invalid value: "not valid"/,
    );
  });

  test("every output format shows the same pod", async () => {
    const names = await kubectl("get", "pods", "-o", "jsonpath={.items[*].metadata.name}");
    assert.match(names, /^app-[a-z0-9]+-[a-z0-9]{5}$/);
    const yaml = await kubectl("get", "pods", "-o", "yaml");
    assert.match(yaml, new RegExp(`^    name: ${names}$`, "m"));
    assert.doesNotMatch(yaml, /managedFields/);
    assert.match(
      await kubectl(
        "get",
        "pods",
        "-o",
        "custom-columns=NAME:.metadata.name,IMAGE:.spec.containers[*].image",
      ),
      new RegExp(`^NAME +IMAGE\n${names} +app:1\n$`),
    );
    assert.equal(await kubectl("get", "pods", "-o", "name"), `pod/${names}\n`);
    assert.equal(await kubectl("get", "pods", "-o", "go-template={{len .items}}"), "1");
    assert.match(await kubectl("get", "pods", "--show-labels"), /app=app,pod-template-hash=/);
    const running = ["get", "pods", "--field-selector=status.phase=Running", "--sort-by=.metadata.name"];
    assert.equal(await kubectl(...running, "-o", "name"), `pod/${names}\n`);
  });

  test("discovery names every resource, and explain its fields", async () => {
    assert.match(await kubectl("api-resources"), /^deployments +deploy +apps\/v1 +true +Deployment$/m);
    const verbs = await kubectl("api-resources", "--namespaced=true", "--verbs=list", "-o", "name");
    assert.match(verbs, /^pods\n/m);
    const versions = await kubectl("api-versions");
    for (const version of ["apps/v1", "v1", "autoscaling/v2"])
      assert.ok(versions.split("\n").includes(version), version);
    const explained = await kubectl("explain", "deployment.spec.strategy", "--recursive");
    assert.match(explained, /^FIELD: strategy <DeploymentStrategy>$/m);
    assert.match(explained, /^ +maxSurge\t<IntOrString>$/m);
    assert.match(
      await kubectl("explain", "pod.spec.restartPolicy"),
      /^ENUM:\n +Always\n +Never\n +OnFailure$/m,
    );
    assert.match(await kubectl("get", "--raw", "/readyz?verbose"), /readyz check passed/);
    assert.match(
      await cluster.beside("get", "componentstatuses"),
      /v1 ComponentStatus is deprecated in v1\.19\+/,
    );
    const statuses = (await kubectl("get", "cs", "--no-headers")).split("\n").map((line) => line.trimEnd());
    assert.match(statuses[0] ?? "", /^scheduler +Healthy +ok$/);
    assert.match(statuses[1] ?? "", /^controller-manager +Healthy +ok$/);
    assert.match(statuses[2] ?? "", /^etcd-0 +Healthy +ok$/);
  });

  test("rights are those of RBAC, and an impersonated user has no others", async () => {
    assert.equal(await kubectl("auth", "can-i", "create", "pods"), "yes\n");
    assert.match(await kubectl("auth", "whoami"), /system:masters system:authenticated/);
    await kubectl("create", "serviceaccount", "reader");
    const account = "system:serviceaccount:default:reader";
    assert.match(await cluster.refused("auth", "can-i", "list", "pods", "--as", account), /^no$/m);
    await kubectl("create", "role", "reader", "--verb=get,list", "--resource=pods");
    await kubectl("create", "rolebinding", "reader", "--role=reader", "--serviceaccount=default:reader");
    assert.equal(await kubectl("auth", "can-i", "list", "pods", "--as", account), "yes\n");
    assert.match(await kubectl("get", "pods", "--as", account, "-o", "name"), /^pod\/app-/);
    assert.match(
      await cluster.refused("get", "nodes", "--as", account),
      /User "system:serviceaccount:default:reader" cannot list resource "nodes" in API group "" at the cluster scope/,
    );
    assert.match(await kubectl("create", "token", "reader"), /^ey[\w-]+\.[\w-]+\.[\w-]+\s*$/);
  });

  test("refusals say what is wrong", async () => {
    const rows: readonly (readonly [readonly string[], RegExp])[] = [
      [["get", "pod", "nope"], /Error from server \(NotFound\): pods "nope" not found/],
      [["get", "foos"], /the server doesn't have a resource type "foos"/],
      [
        ["create", "-f", first],
        /Error from server \(AlreadyExists\): .*deployments\.apps "app" already exists/,
      ],
      [["create", "deployment", "Bad_Name", "--image=x"], /metadata\.name: Invalid value: "Bad_Name"/],
      [["-n", "nowhere", "create", "configmap", "x"], /namespaces "nowhere" not found/],
      [["delete", "namespace", "kube-system"], /Error from server \(Forbidden\)/],
      [
        ["scale", "deployment", "app", "--replicas=1", "--current-replicas=7"],
        /Expected replicas to be 7, was 1/,
      ],
    ];
    for (const [args, expected] of rows)
      assert.match(await cluster.refused(...args), expected, args.join(" "));
    assert.equal(await kubectl("delete", "pod", "nope", "--ignore-not-found"), "");
  });
});
