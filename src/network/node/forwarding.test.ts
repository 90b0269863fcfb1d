/** The machine's own iptables, in a namespace: what is let through, and what is left alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SystemProcesses } from "#base/real";
import { NetworkNamespace, noNamespaces } from "../testing/network-namespace.ts";
import { Forwarding } from "./forwarding.ts";

const skip = noNamespaces(["iptables"]);
const path = "/usr/sbin:/sbin:/usr/bin:/bin";
const { signal } = new AbortController();
const cidrs = ["10.244.0.0/16"];

test("pods' packets are let through where nothing else is, once, and until that is taken back", {
  skip,
}, async () => {
  using machine = NetworkNamespace.make();
  const inner = new SystemProcesses();
  const forwarding = new Forwarding(
    {
      processes: {
        spawn(command, stop) {
          const { program, arguments: first, environment } = machine.command(command.program);
          return inner.spawn({ program, arguments: [...first, ...command.arguments], environment }, stop);
        },
      },
    },
    path,
  );
  const chain = (): string[] => machine.run("iptables", "-S", "FORWARD").trim().split("\n");
  await forwarding.allow(cidrs, signal);
  assert.deepEqual(chain(), ["-P FORWARD ACCEPT"]);
  machine.run("iptables", "-P", "FORWARD", "DROP");
  machine.run("iptables", "-A", "FORWARD", "-i", "docker0", "-j", "ACCEPT");
  const before = chain();
  for (let again = 0; again < 2; again += 1) await forwarding.allow(cidrs, signal);
  const rule = (flag: string): string =>
    `-A FORWARD ${flag} 10.244.0.0/16 -m comment --comment "navarch: pods" -j ACCEPT`;
  assert.deepEqual(chain(), [before[0], rule("-d"), rule("-s"), ...before.slice(1)]);
  await forwarding.forbid(signal);
  assert.deepEqual(chain(), before);
});

test("without iptables there is nothing to do", async () => {
  const forwarding = new Forwarding({ processes: new SystemProcesses() }, "/nowhere");
  await forwarding.allow(cidrs, signal);
  await forwarding.forbid(signal);
});
