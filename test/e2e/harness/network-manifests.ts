/** What the network suite deploys: three web servers behind each kind of Service, and pods that ask them. */
import { existsSync } from "node:fs";
import { findProgram } from "../../testing/find-program.ts";

/** Of the load balancer. */
export const healthPort = 32_080;

/** kubectl is the HTTP client in pods: the machine's busybox cannot resolve names for itself (static glibc). */
const program = { name: "kubectl", mountPath: "/kubectl", path: findProgram("kubectl") };
/** A distribution's kubectl needs the machine's. */
const libraries = ["lib", "lib64"].map((name) => ({ name, mountPath: `/${name}`, path: `/${name}` }));
const mounts = [program, ...libraries].filter(({ path }) => path !== undefined && existsSync(path));

export function clientYaml(name: string, more = ""): string {
  const volumeMounts = mounts.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true }));
  const volumes = mounts.map(({ name, path }) => ({ name, hostPath: { path } }));
  return `
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  terminationGracePeriodSeconds: 1
  ${more}
  containers:
  - {name: main, image: "busybox:1", command: [sleep, "1000"], volumeMounts: ${JSON.stringify(volumeMounts)}}
  volumes: ${JSON.stringify(volumes)}
---`;
}

/** Ends at its signal, not when its grace is over. */
const stays = "trap 'exit 0' TERM; while true; do sleep 60 & wait $!; done";
const server = `hostname > /www/index.html; httpd -p 8080 -h /www; ${stays}`;
/** `web` by address and node port, `each` by its pods, `elsewhere` by another name, `balanced` from outside. */
export const web = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
      - name: main
        image: "busybox:1"
        command: [sh, -c, "${server}"]
        readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}
        lifecycle: {preStop: {exec: {command: [sleep, "2"]}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080, nodePort: 30080}]}
---
apiVersion: v1
kind: Service
metadata: {name: each}
spec: {clusterIP: None, selector: {app: web}, ports: [{name: http, port: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: elsewhere}
spec: {type: ExternalName, externalName: web.default.svc.cluster.local}
---
apiVersion: v1
kind: Service
metadata: {name: balanced}
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  healthCheckNodePort: ${healthPort}
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---`;
