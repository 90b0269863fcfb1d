/** The specs that the user of a simulated life writes. */

export function serviceSpec(app: string): unknown {
  return { selector: { app }, ports: [{ name: "http", port: 80, targetPort: 80 }] };
}

export function deploymentSpec(app: string, replicas: number): unknown {
  const readinessProbe = { httpGet: { port: 80, path: "/" }, periodSeconds: 1 };
  const resources = { requests: { cpu: "300m", memory: "64Mi" } };
  const container = {
    name: "main",
    image: "web:1",
    ports: [{ containerPort: 80 }],
    readinessProbe,
    resources,
  };
  return {
    replicas,
    selector: { matchLabels: { app } },
    template: {
      metadata: { labels: { app } },
      spec: { terminationGracePeriodSeconds: 2, containers: [container] },
    },
  };
}

export function statefulSetSpec(app: string, replicas: number): unknown {
  const container = { name: "main", image: "db:1", volumeMounts: [{ name: "data", mountPath: "/data" }] };
  const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  return {
    serviceName: app,
    replicas,
    selector: { matchLabels: { app } },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Delete" },
    template: {
      metadata: { labels: { app } },
      spec: { terminationGracePeriodSeconds: 2, containers: [container] },
    },
    volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }],
  };
}
