/** The objects of the common load: the pod of `bench/api.mjs`, and smaller ones. */

/** 2 KB as sent, about 5 KB as stored. No scheduler places it: no node has its label. */
export function benchPod(metadata: Readonly<Record<string, string>>, app: number): Record<string, unknown> {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...metadata,
      labels: { app: `a${app}`, tier: "web", "pod-template-hash": "abc123" },
      annotations: { note: "x".repeat(200) },
    },
    spec: {
      nodeSelector: { never: "here" },
      containers: [
        {
          name: "c",
          image: "registry.example/app:v1",
          ports: [{ containerPort: 8080, name: "http" }],
          env: Array.from({ length: 8 }, (_, k) => ({ name: `ENV_${k}`, value: `value-${k}` })),
          resources: {
            requests: { cpu: "100m", memory: "64Mi" },
            limits: { cpu: "1", memory: "256Mi" },
          },
          readinessProbe: { httpGet: { path: "/", port: 8080 } },
          volumeMounts: [{ name: "d", mountPath: "/data" }],
        },
      ],
      volumes: [{ name: "d", emptyDir: {} }],
    },
  };
}

/** The smallest pod that asks for something. */
export function plainPod(name: string, extra: object = {}): Record<string, unknown> {
  const resources = { requests: { cpu: "100m", memory: "64Mi" } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { containers: [{ name: "c", image: "registry.example/app:v1", resources }], ...extra },
  };
}

/** A node with room for 110 pods, without a kubelet. */
export function plainNode(name: string): Record<string, unknown> {
  const allocatable = { cpu: "32", memory: "256Gi", pods: "110" };
  const labels = { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" };
  const status = { capacity: allocatable, allocatable, conditions: [{ type: "Ready", status: "True" }] };
  return { apiVersion: "v1", kind: "Node", metadata: { name, labels }, spec: {}, status };
}

/** A Deployment of pods that any node takes. */
export function deployment(name: string, replicas: number): Record<string, unknown> {
  const labels = { app: name };
  const containers = [{ name: "c", image: "registry.example/app:v1" }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}
