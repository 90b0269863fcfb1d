/**
 * Routes in the kernel: three machines and a router, each a network namespace, with one "pod" address each.
 *
 *   n1 192.168.7.1 --\
 *                     lan 192.168.7.254 router 192.168.8.254 -- n3 192.168.8.3
 *   n2 192.168.7.2 --/
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { nodes } from "#api";
import { createClient, HandlerTransport, InformerSet, type Client } from "#client";
import { createRealEnv, SystemProcesses } from "#base/real";
import type { Processes } from "#base";
import { adminUser, startApiServer } from "../../../test/testing/api-server.ts";
import { Asker, echo } from "../testing/asker.ts";
import { NetworkNamespace, noNamespaces } from "../testing/network-namespace.ts";
import { IpProgram } from "./ip-program.ts";
import { Forwarding } from "./forwarding.ts";
import { clearNodeNetwork, NodeNetwork, type NodeNetworkPrograms } from "./node-network.ts";

const skip = noNamespaces(["ip", "bridge"]);
const path = "/usr/sbin:/sbin:/usr/bin:/bin";
const { signal } = new AbortController();

const machines = {
  n1: { address: "192.168.7.1", podCidr: "10.244.0.0/24" },
  n2: { address: "192.168.7.2", podCidr: "10.244.1.0/24" },
  n3: { address: "192.168.8.3", podCidr: "10.244.2.0/24" },
} as const;
type Name = keyof typeof machines;
const names = Object.keys(machines) as readonly Name[];

/** Programs run in the namespace. */
function processesIn(namespace: NetworkNamespace): Processes {
  const inner = new SystemProcesses();
  return {
    spawn(command, stop) {
      const { program, arguments: first, environment } = namespace.command(command.program);
      return inner.spawn({ program, arguments: [...first, ...command.arguments], environment }, stop);
    },
  };
}

describe("routes between machines", { skip }, () => {
  const stack = new AsyncDisposableStack();
  const env = createRealEnv({ name: "routes", logLevel: "error" });
  const spaces = new Map<string, NetworkNamespace>();
  const running = new Map<Name, NodeNetwork>();
  const askers = new Map<Name, Asker>();
  let client: Client;
  const on = (name: string, ...line: readonly string[]): string => spaces.get(name)?.run(...line) ?? "";
  const programs = (name: Name): NodeNetworkPrograms => {
    const namespace = spaces.get(name);
    assert.ok(namespace !== undefined);
    const processes = processesIn(namespace);
    return { ip: new IpProgram({ processes }, path), forwarding: new Forwarding({ processes }, path) };
  };

  before(async () => {
    if (skip !== false) return;
    for (const name of [...names, "router"]) spaces.set(name, stack.use(NetworkNamespace.make()));
    const router = spaces.get("router") as NetworkNamespace;
    for (const name of names) {
      NetworkNamespace.join(router, name, spaces.get(name) as NetworkNamespace, "eth0");
      const { address } = machines[name];
      on(name, "ip", "address", "add", `${address}/24`, "dev", "eth0");
      on(name, "ip", "route", "add", "default", "via", address.replace(/\d+$/, "254"));
      on(name, "sysctl", "-qw", "net.ipv4.ip_forward=1");
    }
    on("router", "ip", "link", "add", "lan", "type", "bridge");
    for (const name of ["n1", "n2"]) on("router", "ip", "link", "set", name, "master", "lan");
    on("router", "ip", "link", "set", "lan", "up");
    on("router", "ip", "address", "add", "192.168.7.254/24", "dev", "lan");
    on("router", "ip", "address", "add", "192.168.8.254/24", "dev", "n3");
    on("router", "sysctl", "-qw", "net.ipv4.ip_forward=1");

    for (const name of names) {
      const space = spaces.get(name) as NetworkNamespace;
      stack.use(await echo(space, name));
      askers.set(name, stack.use(new Asker(space)));
    }
    const serverEnv = stack.use(createRealEnv({ name: "apiserver", logLevel: "error" }));
    const { server } = await startApiServer(serverEnv);
    client = createClient(new HandlerTransport(server.handlerFor(adminUser)), { fieldManager: "tests" });
    for (const name of names) {
      const { address, podCidr } = machines[name];
      const status = { addresses: [{ type: "InternalIP", address }] };
      const spec = { podCIDR: podCidr, podCIDRs: [podCidr] };
      await client.of(nodes).create({ metadata: { name }, spec, status }, signal);
    }
    for (const name of names) {
      const informers = stack.use(new InformerSet(env.child(`informers-${name}`), { client }));
      const network = new NodeNetwork(env.child(name), { ...programs(name), informers }, { nodeName: name });
      running.set(name, stack.use(network));
      await network.start(signal);
      assert.equal(network.ready(), undefined);
    }
  });
  after(async () => {
    await stack.disposeAsync();
    await env[Symbol.asyncDispose]();
  });

  test("pods of machines on one link are found through it, those behind a router through the tunnel", async () => {
    const routes = on("n1", "ip", "route", "show", "proto", "78");
    assert.match(routes, /^10\.96\.0\.0\/12 dev lo scope link src 10\.244\.0\.1 $/m);
    assert.match(routes, /^10\.244\.1\.0\/24 via 192\.168\.7\.2 dev eth0 $/m);
    assert.match(
      routes,
      /^10\.244\.2\.0\/24 via 10\.244\.2\.1 dev navarch-vxlan src 10\.244\.0\.1 onlink $/m,
    );
    const first = (name: Name): string => machines[name].podCidr.replace("0/24", "1");
    for (const from of names) {
      for (const to of names.filter((name) => name !== from)) {
        const answers = await askers.get(from)?.ask(first(to), { port: 8080, source: first(from) });
        assert.deepEqual(answers, [`${to} ${first(from)}`]);
      }
    }
  });

  test("a node that goes takes its route along, and a route that is gone comes back", async () => {
    on("n1", "ip", "route", "delete", "10.244.1.0/24");
    await client.of(nodes).delete({ name: "n3" }, signal);
    const wanted = "10.244.1.0/24 via 192.168.7.2 dev eth0, 10.96.0.0/12 dev lo scope link src 10.244.0.1";
    const found = (): string => {
      const lines = on("n1", "ip", "route", "show", "proto", "78").trim().split("\n");
      return lines
        .map((line) => line.trim())
        .sort()
        .join(", ");
    };
    for (let tries = 0; found() !== wanted; tries += 1) {
      assert.ok(tries < 200, found());
      await env.clock.sleep(50);
    }
  });

  test("nothing is left of a machine's part, and what is not ours stays", async () => {
    await running.get("n1")?.[Symbol.asyncDispose]();
    await clearNodeNetwork(programs("n1"), signal);
    await clearNodeNetwork(programs("n1"), signal);
    assert.equal(on("n1", "ip", "route", "show", "proto", "78"), "");
    assert.doesNotMatch(on("n1", "ip", "address"), /10\.244\.|navarch-vxlan|lo:navarch/);
    assert.match(on("n1", "ip", "route"), /^default via 192\.168\.7\.254/m);
  });
});
