/** Admission plug-ins through the gate, in virtual time: what is refused, what is warned of, and to whom. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readPodSecurity } from "#api";
import { MASTERS, userOf } from "../user.ts";
import { type Answered, type Caller, pod, serve } from "../served.suite.ts";

const namespaces = "/api/v1/namespaces";
const pods = `${namespaces}/n/pods`;
const level = (mode: string, value: string, version?: string): Readonly<Record<string, string>> => ({
  [`pod-security.kubernetes.io/${mode}`]: value,
  ...(version === undefined ? {} : { [`pod-security.kubernetes.io/${mode}-version`]: version }),
});

async function namespace(admin: Caller, labels: object): Promise<Answered> {
  const made = await admin.post(namespaces, { metadata: { name: "n", labels } });
  await admin.post(`${namespaces}/n/serviceaccounts`, { metadata: { name: "default" } });
  return made;
}

const hardened = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};
const container = (securityContext: object, more: object = {}): object => ({
  containers: [{ name: "c", image: "i", securityContext, ...more }],
});

/** Of each: the strictest level that lets it in. */
const specs: readonly (readonly [
  what: string,
  spec: object,
  strictest: "privileged" | "baseline" | "restricted",
])[] = [
  ["hardened", container(hardened), "restricted"],
  [
    "hardened as pod",
    {
      ...container({ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } }),
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    },
    "restricted",
  ],
  [
    "bind a low port",
    container({ ...hardened, capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }),
    "restricted",
  ],
  ["plain", container({}), "baseline"],
  [
    "root of its own users",
    { ...container({ ...hardened, runAsUser: 0, runAsNonRoot: false }), hostUsers: false },
    "restricted",
  ],
  ["unmasked for its own users", { ...container({ procMount: "Unmasked" }), hostUsers: false }, "baseline"],
  ["may escalate", container({ ...hardened, allowPrivilegeEscalation: true }), "baseline"],
  ["root", container({ ...hardened, runAsUser: 0 }), "baseline"],
  ["said to be root", container({ ...hardened, runAsNonRoot: false }), "baseline"],
  ["no profile", container({ ...hardened, seccompProfile: undefined }), "baseline"],
  ["keeps capabilities", container({ ...hardened, capabilities: { drop: ["KILL"] } }), "baseline"],
  [
    "adds a usual capability",
    container({ ...hardened, capabilities: { drop: ["ALL"], add: ["CHOWN"] } }),
    "baseline",
  ],
  ["nfs", { ...container(hardened), volumes: [{ name: "v", nfs: { server: "s", path: "/" } }] }, "baseline"],
  ["secret", { ...container(hardened), volumes: [{ name: "v", secret: { secretName: "s" } }] }, "restricted"],
  ["privileged", container({ privileged: true }), "privileged"],
  ["unusual capability", container({ capabilities: { add: ["NET_ADMIN"] } }), "privileged"],
  ["host network", { ...container({}), hostNetwork: true }, "privileged"],
  ["host PID", { ...container({}), hostPID: true }, "privileged"],
  ["host path", { ...container({}), volumes: [{ name: "v", hostPath: { path: "/" } }] }, "privileged"],
  ["host port", container({}, { ports: [{ containerPort: 80, hostPort: 80 }] }), "privileged"],
  ["unconfined", container({ seccompProfile: { type: "Unconfined" } }), "privileged"],
  ["SELinux user", container({ seLinuxOptions: { user: "u" } }), "privileged"],
  ["SELinux type", container({ seLinuxOptions: { type: "container_init_t" } }), "baseline"],
  ["AppArmor", container({ appArmorProfile: { type: "Unconfined" } }), "privileged"],
  [
    "safe sysctl",
    { ...container({}), securityContext: { sysctls: [{ name: "net.ipv4.tcp_syncookies", value: "1" }] } },
    "baseline",
  ],
  [
    "unsafe sysctl",
    { ...container({}), securityContext: { sysctls: [{ name: "kernel.msgmax", value: "1" }] } },
    "privileged",
  ],
  [
    "init container",
    {
      ...container(hardened),
      initContainers: [{ name: "i", image: "i", securityContext: { privileged: true } }],
    },
    "privileged",
  ],
  [
    "probe of a host",
    container({}, { livenessProbe: { tcpSocket: { port: 80, host: "192.0.2.1" } } }),
    "privileged",
  ],
];
const order = ["privileged", "baseline", "restricted"];
for (const [what, spec, strictest] of specs) {
  test(`pod security: ${what} is let in up to ${strictest}`, () =>
    serve("standards", async ({ admin }) => {
      await namespace(admin, {});
      for (const enforced of order) {
        await admin.patch(`${namespaces}/n`, "merge-patch+json", {
          metadata: { labels: level("enforce", enforced) },
        });
        const made = await admin.call("POST", `${pods}?dryRun=All`, pod("a", spec));
        const isGood = order.indexOf(enforced) <= order.indexOf(strictest);
        assert.equal(made.status, isGood ? 201 : 403, `${enforced}: ${JSON.stringify(made.body)}`);
        if (!isGood)
          assert.match(made.body.message, new RegExp(`violates PodSecurity "${enforced}:latest": `));
      }
    }));
}

test("pod security: before v1.35 users of its own are no reason for a pod to unmask /proc", () =>
  serve("unmasked", async ({ admin }) => {
    const spec = { ...container({ procMount: "Unmasked" }), hostUsers: false };
    await namespace(admin, level("enforce", "baseline", "v1.34"));
    assert.equal((await admin.post(pods, pod("a", spec))).status, 403);
    await admin.patch(`${namespaces}/n`, "merge-patch+json", {
      metadata: { labels: level("enforce", "baseline", "v1.35") },
    });
    assert.equal((await admin.post(pods, pod("a", spec))).status, 201);
  }));

test("pod security: warnings on pods and workloads, and for pods that are there when a level rises", () =>
  serve("warnings", async ({ admin }) => {
    await namespace(admin, level("warn", "restricted", "v1.20"));
    const made = await admin.post(pods, pod("a", container({ allowPrivilegeEscalation: true })));
    assert.equal(made.status, 201);
    assert.match(
      made.headers["warning"] ?? "",
      /would violate PodSecurity \\"restricted:v1.20\\": allowPrivilegeEscalation/,
    );
    assert.doesNotMatch(made.headers["warning"] ?? "", /capabilities/, "a rule of 1.22");
    const template = { metadata: { labels: { a: "b" } }, spec: container({}) };
    const spec = { selector: { matchLabels: { a: "b" } }, template };
    const workload = await admin.post("/apis/apps/v1/namespaces/n/deployments", {
      metadata: { name: "d" },
      spec,
    });
    assert.equal(workload.status, 201);
    assert.match(workload.headers["warning"] ?? "", /would violate PodSecurity/);
    const job = {
      metadata: { name: "j" },
      spec: {
        schedule: "0 0 * * *",
        jobTemplate: { spec: { template: { spec: { ...container({}), restartPolicy: "Never" } } } },
      },
    };
    const cron = await admin.post("/apis/batch/v1/namespaces/n/cronjobs", job);
    assert.match(cron.headers["warning"] ?? "", /would violate PodSecurity/);
    const raised = await admin.patch(`${namespaces}/n`, "merge-patch+json", {
      metadata: { labels: level("enforce", "restricted") },
    });
    assert.equal(raised.status, 200);
    assert.match(
      raised.headers["warning"] ?? "",
      /existing pods in namespace \\"n\\" violate .*a: allowPrivilegeEscalation/,
    );
    const label = await admin.patch(`${pods}/a`, "merge-patch+json", { metadata: { labels: { a: "b" } } });
    assert.equal(label.status, 200, "a new label is no new pod");
    const image = await admin.patch(`${pods}/a`, "strategic-merge-patch+json", {
      spec: { containers: [{ name: "c", image: "other" }] },
    });
    assert.equal(image.status, 403, "a new image is looked at");
    const debug = await admin.patch(`${pods}/a/ephemeralcontainers`, "strategic-merge-patch+json", {
      spec: { ephemeralContainers: [{ name: "d", image: "i" }] },
    });
    assert.equal(debug.status, 403);
  }));

test("pod security: labels that cannot be read are refused", () =>
  serve("labels", async ({ admin }) => {
    const made = await namespace(admin, {
      ...level("enforce", "none", "v1"),
      ...level("warn", "baseline", "v1.03"),
    });
    assert.equal(made.status, 422);
    const fields = made.body.details.causes.map(({ field }: { field: string }) => field);
    assert.deepEqual(fields.toSorted(), [
      "metadata.labels[pod-security.kubernetes.io/enforce-version]",
      "metadata.labels[pod-security.kubernetes.io/enforce]",
      "metadata.labels[pod-security.kubernetes.io/warn-version]",
    ]);
  }));

const configured = readPodSecurity({
  defaults: { enforce: "baseline", "enforce-version": "v1.30", warn: "restricted" },
  exemptions: { namespaces: ["free"], usernames: ["trusted"], runtimeClasses: ["sandboxed"] },
}).settings;

test("pod security: what is configured holds where labels say nothing, and not for the exempt", () =>
  serve(
    "configured",
    async ({ admin, as }) => {
      const privileged = container({ privileged: true });
      await namespace(admin, {});
      const refused = await admin.post(pods, pod("a", privileged));
      assert.match(refused.body.message, /violates PodSecurity "baseline:v1.30": privileged/);
      const trusted = as(userOf("trusted", [MASTERS]));
      const byTrusted = await trusted.post(pods, pod("a", privileged));
      assert.deepEqual([byTrusted.status, byTrusted.headers["warning"]], [201, undefined]);
      await admin.post("/apis/node.k8s.io/v1/runtimeclasses", {
        metadata: { name: "sandboxed" },
        handler: "h",
      });
      const sandboxed = { ...privileged, runtimeClassName: "sandboxed" };
      assert.equal((await admin.post(pods, pod("b", sandboxed))).status, 201);
      const free = await admin.post(namespaces, {
        metadata: { name: "free", labels: level("warn", "baseline") },
      });
      assert.match(
        free.headers["warning"] ?? "",
        /"free\\" is exempt from Pod Security, and the policy \(warn=baseline:latest\) will be ignored/,
      );
      await admin.post(`${namespaces}/free/serviceaccounts`, { metadata: { name: "default" } });
      assert.equal((await admin.post(`${namespaces}/free/pods`, pod("c", privileged))).status, 201);
      const raised = await admin.patch(`${namespaces}/n`, "merge-patch+json", {
        metadata: { labels: level("enforce", "baseline", "v1.36") },
      });
      assert.match(raised.headers["warning"] ?? "", /level \\"baseline:v1.36\\"".*a: privileged/);
      assert.doesNotMatch(raised.headers["warning"] ?? "", /b: privileged/, "its class is exempt");
      const told = String((await admin.get("/metrics")).body);
      const request = 'request_operation="create",resource="pod",subresource=""';
      const denied = 'decision="deny",policy_level="baseline",policy_version="v1.30",mode="enforce"';
      assert.match(told, new RegExp(`^pod_security_evaluations_total{${denied},${request}} 1$`, "m"));
      assert.match(told, new RegExp(`^pod_security_exemptions_total{${request}} 3$`, "m"));
    },
    { podSecurity: configured },
  ));

test("plug-ins that are turned off do not run", () =>
  serve(
    "off",
    async ({ admin }) => {
      await admin.post(namespaces, { metadata: { name: "n", labels: level("enforce", "none") } });
      const made = await admin.post(pods, pod("a", container({ privileged: true })));
      assert.deepEqual([made.status, made.body.spec.volumes], [201, undefined]);
    },
    { disabledPlugins: ["ServiceAccount", "PodSecurity"] },
  ));

/** A certificate request with that organization in its subject, as far as anybody here reads it. */
function request(organization: string): string {
  const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
    const value = Buffer.concat(parts);
    return Buffer.concat([Buffer.of(tag, value.length), value]);
  };
  const name = der(0x31, der(0x30, der(0x06, Buffer.of(0x55, 4, 10)), der(0x0c, Buffer.from(organization))));
  const info = der(0x30, der(0x02, Buffer.of(0)), der(0x30, name));
  const whole = der(0x30, info, der(0x30), der(0x03, Buffer.of(0)));
  const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${whole.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
  return Buffer.from(pem).toString("base64");
}

test("certificates: no masters by request, and approving and signing take verbs on the signer", () =>
  serve("certificates", async ({ admin, as }) => {
    const path = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    const signing = (name: string, organization: string, signerName: string): object => ({
      metadata: { name },
      spec: { request: request(organization), signerName, usages: ["client auth"] },
    });
    const client = "kubernetes.io/kube-apiserver-client";
    assert.equal((await admin.post(path, signing("evil", "system:masters", client))).status, 403);
    assert.equal((await admin.post(path, signing("good", "team", client))).status, 201);
    assert.equal((await admin.post(path, signing("own", "system:masters", "example.com/own"))).status, 201);
    const rules = [
      {
        apiGroups: ["certificates.k8s.io"],
        resources: ["certificatesigningrequests/approval", "certificatesigningrequests/status"],
        verbs: ["update", "patch"],
      },
      {
        apiGroups: ["certificates.k8s.io"],
        resources: ["signers"],
        resourceNames: ["example.com/*"],
        verbs: ["approve", "sign"],
      },
    ];
    const rbac = "/apis/rbac.authorization.k8s.io/v1";
    await admin.post(`${rbac}/clusterroles`, { metadata: { name: "approver" }, rules });
    await admin.post(`${rbac}/clusterrolebindings`, {
      metadata: { name: "approver" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "approver" },
      subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "ann" }],
    });
    const ann = as(userOf("ann", ["system:authenticated"]));
    const conditions = [{ type: "Approved", status: "True", reason: "r" }];
    for (const [name, status] of [
      ["good", 403],
      ["own", 200],
    ] as const) {
      const approved = await ann.patch(`${path}/${name}/approval`, "merge-patch+json", {
        status: { conditions },
      });
      assert.equal(approved.status, status, JSON.stringify(approved.body));
      const failed = [...(status === 200 ? conditions : []), { type: "Failed", status: "True", reason: "r" }];
      const signed = await ann.patch(`${path}/${name}/status`, "merge-patch+json", {
        status: { conditions: failed },
      });
      assert.equal(signed.status, status, JSON.stringify(signed.body));
    }
  }));

test("a claim grows when it is bound and its class allows it", () =>
  serve("claims", async ({ admin }) => {
    const claims = `${namespaces}/default/persistentvolumeclaims`;
    for (const [name, allowVolumeExpansion] of [
      ["fixed", false],
      ["wide", true],
    ] as const)
      await admin.post("/apis/storage.k8s.io/v1/storageclasses", {
        metadata: { name },
        provisioner: "p.example.com",
        allowVolumeExpansion,
      });
    const grow = async (name: string, phase: string): Promise<number> => {
      const spec = {
        accessModes: ["ReadWriteOnce"],
        storageClassName: name,
        volumeName: "v",
        resources: { requests: { storage: "1Gi" } },
      };
      await admin.post(claims, { metadata: { name }, spec });
      await admin.patch(`${claims}/${name}/status`, "merge-patch+json", { status: { phase } });
      return (
        await admin.patch(`${claims}/${name}`, "merge-patch+json", {
          spec: { resources: { requests: { storage: "2Gi" } } },
        })
      ).status;
    };
    assert.notEqual(await grow("wide", "Pending"), 200);
    assert.equal(await grow("wide", "Bound"), 200);
    assert.notEqual(await grow("fixed", "Bound"), 200);
  }));
