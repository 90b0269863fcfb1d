/** Each plugin by a table: a pod, nodes with pods on them, where it may go, and what is said of the others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, Pod } from "#api";
import { SimWorld } from "#base/sim";
import { node, pod } from "../../../test/testing/builders.ts";
import { Cache } from "../cache.ts";
import { podInfoOf } from "../pod-info.ts";
import { schedule } from "../schedule.ts";
import { explain } from "../verdicts.ts";
import { defaultPlugins } from "./mod.ts";

interface Row {
  readonly name: string;
  readonly pod: Pod;
  readonly nodes: readonly Node[];
  readonly running?: readonly Pod[];
  /** The node chosen, or the sentence that says why none is. */
  readonly want: string;
}

const gpu = { key: "gpu", value: "yes", effect: "NoSchedule" };

function restarting(name: string): Pod {
  const made = pod(name).build();
  const rule = { action: "RestartAllContainers", exitCodes: { operator: "In", values: [1] } };
  const [main] = made.spec.containers;
  return { ...made, spec: { ...made.spec, containers: [{ ...main, restartPolicyRules: [rule] }] } } as Pod;
}

function declaring(name: string, feature: string): Node {
  const made = node(name).build();
  return { ...made, status: { ...made.status, declaredFeatures: [feature] } };
}

const rows: readonly Row[] = [
  {
    name: "the node with most left over wins",
    pod: pod("p").cpu("1").memory("1Gi").build(),
    nodes: [node("a").build(), node("b").build()],
    running: [pod("busy").node("a").cpu("2").memory("4Gi").build()],
    want: "b",
  },
  {
    name: "requests must fit what is left",
    pod: pod("p").cpu("3").build(),
    nodes: [node("a").build(), node("b").build()],
    running: [pod("x").node("a").cpu("2").build(), pod("y").node("b").cpu("1500m").build()],
    want: "0/2 nodes are available: 2 Insufficient cpu.",
  },
  {
    name: "each missing resource is counted",
    pod: pod("p").cpu("8").memory("16Gi").build(),
    nodes: [node("a").build()],
    want: "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.",
  },
  {
    name: "the pods of a node are counted",
    pod: pod("p").build(),
    nodes: [node("a").allocatable({ cpu: "4", memory: "8Gi", pods: "1" }).build()],
    running: [pod("x").node("a").build()],
    want: "0/1 nodes are available: 1 Too many pods.",
  },
  {
    name: "a pod that may restart as a whole needs a node that declares so",
    pod: restarting("p"),
    nodes: [
      node("a").build(),
      declaring("b", "Other"),
      declaring("c", "RestartAllContainersOnContainerExits"),
    ],
    want: "c",
  },
  {
    name: "no node declares that it restarts pods as a whole",
    pod: restarting("p"),
    nodes: [node("a").build(), declaring("b", "Other")],
    want: "0/2 nodes are available: 2 node(s) didn't match Pod's required features.",
  },
  {
    name: "a cordoned node is left out",
    pod: pod("p").build(),
    nodes: [node("a").cordon().build()],
    want: "0/1 nodes are available: 1 node(s) were unschedulable.",
  },
  {
    name: "a toleration of the cordon lets a pod in",
    pod: pod("p").tolerates({ key: "node.kubernetes.io/unschedulable", operator: "Exists" }).build(),
    nodes: [node("a").cordon().build()],
    want: "a",
  },
  {
    name: "an untolerated taint keeps pods off",
    pod: pod("p").build(),
    nodes: [node("a").taint(gpu).build()],
    want: "0/1 nodes are available: 1 node(s) had untolerated taint(s) {gpu: yes}.",
  },
  {
    name: "a tolerated taint does not",
    pod: pod("p").tolerates({ key: "gpu", operator: "Equal", value: "yes", effect: "NoSchedule" }).build(),
    nodes: [node("a").taint(gpu).build()],
    want: "a",
  },
  {
    name: "a PreferNoSchedule taint only scores",
    pod: pod("p").build(),
    nodes: [
      node("a")
        .taint({ ...gpu, effect: "PreferNoSchedule" })
        .build(),
      node("b").build(),
    ],
    want: "b",
  },
  {
    name: "the node selector must match",
    pod: pod("p").selector({ disk: "ssd" }).build(),
    nodes: [node("a").label("disk", "hdd").build(), node("b").label("disk", "ssd").build()],
    want: "b",
  },
  {
    name: "required affinity: any term, all of its expressions",
    pod: pod("p")
      .affinity({ matchExpressions: [{ key: "cores", operator: "Gt", values: ["8"] }] })
      .build(),
    nodes: [node("a").label("cores", "8").build(), node("b").label("cores", "16").build()],
    want: "b",
  },
  {
    name: "affinity that no node matches",
    pod: pod("p")
      .affinity({ matchExpressions: [{ key: "zone", operator: "In", values: ["z"] }] })
      .build(),
    nodes: [node("a").build()],
    want: "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
  },
  {
    name: "preferred affinity outweighs free room",
    pod: pod("p")
      .prefers(100, { matchExpressions: [{ key: "disk", operator: "Exists" }] })
      .build(),
    nodes: [node("a").label("disk", "ssd").build(), node("b").build()],
    running: [pod("busy").node("a").cpu("1").build()],
    want: "a",
  },
  {
    name: "a daemon's pod names its node by field",
    pod: pod("p")
      .affinity({ matchFields: [{ key: "metadata.name", operator: "In", values: ["b"] }] })
      .build(),
    nodes: [node("a").build(), node("b").build()],
    want: "b",
  },
  {
    name: "host ports must be free",
    pod: pod("p").hostPort(80).build(),
    nodes: [node("a").build(), node("b").build()],
    running: [
      pod("x").node("a").hostPort(80, "TCP", "10.0.0.1").build(),
      pod("y").node("b").hostPort(80, "UDP").build(),
    ],
    want: "b",
  },
  {
    name: "host ports of different addresses do not meet",
    pod: pod("p").hostPort(80, "TCP", "10.0.0.2").build(),
    nodes: [node("a").build()],
    running: [pod("x").node("a").hostPort(80, "TCP", "10.0.0.1").build()],
    want: "a",
  },
  {
    name: "a large image that is there wins",
    pod: pod("p").image("app:1").build(),
    nodes: [node("a").build(), node("b").image("app:1", 2_000_000_000).build()],
    want: "b",
  },
  { name: "no nodes at all", pod: pod("p").build(), nodes: [], want: "no nodes available to schedule pods" },
];

for (const row of rows) {
  test(`schedule: ${row.name}`, () => {
    const cache = new Cache();
    for (const one of row.nodes) cache.setNode(one.metadata.name ?? "", one);
    for (const one of row.running ?? []) cache.setPod(podInfoOf(one), one.spec.nodeName ?? "");
    const random = new SimWorld("plugins").env("scheduler").random;
    const decision = schedule(defaultPlugins, cache, podInfoOf(row.pod), {
      random,
      start: 0,
      percentageOfNodesToScore: 0,
    });
    assert.equal(decision.placed ? decision.node : explain(decision), row.want);
  });
}
