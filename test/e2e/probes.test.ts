/** Probes and hooks that reach real containers, and the order in which these end. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Probe } from "../../src/api/mod.ts";
import { condition } from "../../src/kubelet/testing/node-bench.ts";
import { GrpcHealth } from "../testing/grpc-health.ts";
import { onRealNodes } from "./harness/real-bench.ts";

const port = 8080;

/** What each says; undefined: that all is well. */
const probes: Readonly<Record<string, readonly [Partial<Probe>, string | undefined]>> = {
  "http-well": [{ httpGet: { path: "/index.html", port } }, undefined],
  "http-lost": [{ httpGet: { path: "/none", port } }, "HTTP probe failed with statuscode: 404"],
  "tcp-well": [{ tcpSocket: { port } }, undefined],
  "tcp-lost": [{ tcpSocket: { port: 81 } }, "connect: connection refused"],
  "exec-well": [{ exec: { command: ["test", "-e", "/www"] } }, undefined],
  "exec-lost": [{ exec: { command: ["cat", "/none"] } }, "cat: can't open '/none'"],
  "exec-late": [{ exec: { command: ["sleep", "10"] } }, 'command timed out: "sleep 10" timed out after 1s'],
};

onRealNodes(import.meta.filename, "probes and hooks of a real node", (check) => {
  check("a container is ready when its probe says so: by HTTP, TCP and exec", async (bench) => {
    const server = { command: ["httpd", "-f", "-p", `${port}`, "-h", "/www"] };
    await Promise.all(
      Object.entries(probes).map(async ([name, [probe, complaint]]) => {
        const readinessProbe = { ...probe, periodSeconds: 1, timeoutSeconds: 1 };
        await bench.create(name, { containers: [bench.shell("main", "", { ...server, readinessProbe })] });
        if (complaint === undefined) await bench.running(name);
        else await bench.told(name, "Unhealthy", complaint);
      }),
    );
    for (const [name, [, complaint]] of Object.entries(probes))
      assert.equal(
        condition(await bench.pod(name), "Ready"),
        complaint === undefined ? "True" : "False",
        name,
      );
  });

  check("an answer that does not come fails, one that leads elsewhere is told", async (bench) => {
    const server = createServer(({ url }, response) => {
      if (url === "/away") response.writeHead(302, { location: "http://b.test/" }).end("away");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const at = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
    try {
      for (const path of ["/away", "/late"]) {
        const readinessProbe = { httpGet: { ...at, path }, periodSeconds: 1, timeoutSeconds: 1 };
        const containers = [bench.shell("main", "sleep 1000", { readinessProbe })];
        await bench.create(path.slice(1), { containers });
      }
      await bench.running("away");
      const away = "Readiness probe warning: Probe terminated redirects, Response body: away";
      await bench.told("away", "ProbeWarning", away);
      const why = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
      await bench.told("late", "Unhealthy", `Get "http://${at.host}:${at.port}/late": ${why}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  check("gRPC probes ask for the health of a service", async (bench) => {
    using health = new GrpcHealth();
    const grpc = { port: await health.start("0.0.0.0") };
    const pod = (probe: NonNullable<Probe["grpc"]>) => ({
      hostNetwork: true,
      containers: [bench.shell("main", "sleep 1000", { readinessProbe: { grpc: probe, periodSeconds: 1 } })],
    });
    await bench.create("well", pod({ ...grpc, service: "web" }));
    await bench.create("sick", pod({ ...grpc, service: "sick" }));
    await bench.running("well");
    await bench.told("sick", "Unhealthy", 'service unhealthy (responded with "NOT_SERVING")');
    health[Symbol.dispose]();
    await bench.eventually("well", (one) => condition(one, "Ready") === "False");
  });

  check(
    "a pod ends in order: the hook, the main program, then the sidecars, the last first",
    async (bench) => {
      const shared = "/run/ends";
      mkdirSync(shared, { recursive: true });
      const volumeMounts = [{ name: "shared", mountPath: "/s" }];
      const ending = (name: string) =>
        `trap 'echo ${name} >> /s/log; exit 0' TERM; touch /s/${name}; sleep 1000 & wait`;
      const sidecar = (name: string) =>
        bench.shell(name, ending(name), {
          volumeMounts,
          restartPolicy: "Always",
          startupProbe: { exec: { command: ["ls", `/s/${name}`] }, periodSeconds: 1 },
        });
      const hook = { exec: { command: ["sh", "-c", "sleep 1; echo hook >> /s/log"] } };
      await bench.create("web", {
        terminationGracePeriodSeconds: 30,
        volumes: [{ name: "shared", hostPath: { path: shared } }],
        initContainers: [sidecar("first"), sidecar("second")],
        containers: [
          bench.shell("main", ending("main"), {
            volumeMounts,
            lifecycle: { preStop: hook },
            readinessProbe: { exec: { command: ["ls", "/s/main"] }, periodSeconds: 1 },
          }),
        ],
      });
      await bench.running("web");
      await bench.delete("web");
      await bench.gone("web");
      assert.equal(readFileSync(`${shared}/log`, "utf8"), "hook\nmain\nsecond\nfirst\n");
    },
  );
});
