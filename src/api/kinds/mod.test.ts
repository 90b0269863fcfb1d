/**
 * The table of resources against the facts of v1.36 (test/fixtures/resources.jsonl, one resource a line):
 * order of groups, names, verbs, subresources, printed columns, and where upstream stores them.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Resource } from "../resource.ts";
import { resources } from "./mod.ts";

interface Fact {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly verbs: readonly string[];
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly {
    readonly name: string;
    readonly group: string;
    readonly version: string;
    readonly kind: string;
    readonly verbs: readonly string[];
  }[];
  readonly columns?: readonly unknown[];
  readonly key?: string;
  readonly storageVersion?: string;
}

const facts = readFileSync(new URL("../../../test/fixtures/resources.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Fact);

function subresource(name: string, version: string, kind: string, verbs: readonly string[]): string {
  return `${name} ${version} ${kind} ${[...verbs].sort()}`;
}

function subresourcesOf(resource: Resource): string[] {
  const { status, scale, objectSubresources, actions, kind } = resource;
  return [
    ...(status === undefined ? [] : [subresource("status", "", kind, status.verbs)]),
    ...(scale === undefined
      ? []
      : [subresource("scale", "autoscaling/v1", "Scale", ["get", "patch", "update"])]),
    ...Object.entries(objectSubresources ?? {}).map(([name, one]) => subresource(name, "", kind, one.verbs)),
    ...Object.entries(actions ?? {}).map(([name, one]) => {
      return subresource(
        name,
        one.group === undefined ? "" : `${one.group}/${one.version}`,
        one.kind,
        one.verbs,
      );
    }),
  ].sort();
}

test("The table holds the 68 resources in the order of discovery", () => {
  const named = (group: string, version: string, plural: string) => `${group}/${version}/${plural}`;
  assert.deepEqual(
    resources.map((one) => named(one.group, one.version, one.plural)),
    facts.map((fact) => named(fact.group, fact.version, fact.resource)),
  );
});

for (const [i, fact] of facts.entries()) {
  test(`${fact.resource} of ${fact.group || "core"}/${fact.version} is as upstream has it`, () => {
    const resource = resources[i];
    assert.ok(resource);
    const { kind, namespaced, verbs, singular, shortNames, categories } = resource;
    assert.deepEqual(
      { kind, namespaced, verbs, singular, shortNames, categories },
      {
        kind: fact.kind,
        namespaced: fact.scope === "Namespaced",
        verbs: fact.verbs,
        singular: fact.singular,
        shortNames: fact.shortNames,
        categories: fact.categories,
      },
    );
    assert.deepEqual([resource.storage?.prefix, resource.storage?.version], [fact.key, fact.storageVersion]);
    const wanted = fact.subresources.map((one) => {
      return subresource(
        one.name,
        one.group === "" ? "" : `${one.group}/${one.version}`,
        one.kind,
        one.verbs,
      );
    });
    assert.deepEqual(subresourcesOf(resource), wanted.sort());
    const listed = resource.columns.filter(({ unlisted }) => unlisted === undefined);
    const columns = listed.map(({ cell: _, ...column }) => column);
    assert.deepEqual(columns, fact.columns ?? []);
  });
}

/** What field selectors may name beside `metadata.name` and `metadata.namespace`; all other kinds: nothing. */
const selectable: Readonly<Record<string, string>> = {
  "v1/events":
    "involvedObject.apiVersion involvedObject.fieldPath involvedObject.kind involvedObject.name " +
    "involvedObject.namespace involvedObject.resourceVersion involvedObject.uid reason reportingComponent source type",
  "v1/namespaces": "status.phase",
  "v1/nodes": "spec.unschedulable",
  "v1/pods":
    "spec.host spec.hostNetwork spec.nodeName spec.restartPolicy spec.schedulerName spec.serviceAccountName " +
    "status.nominatedNodeName status.phase status.podIP status.podIPs",
  "v1/replicationcontrollers": "status.replicas",
  "v1/secrets": "type",
  "v1/services": "spec.clusterIP spec.type",
  "apps/v1/replicasets": "status.replicas",
  "batch/v1/jobs": "status.successful",
  "certificates.k8s.io/v1/certificatesigningrequests": "spec.signerName",
  "events.k8s.io/v1/events":
    "reason regarding.apiVersion regarding.fieldPath regarding.kind regarding.name regarding.namespace " +
    "regarding.resourceVersion regarding.uid reportingController type",
  "networking.k8s.io/v1/ipaddresses":
    "spec.parentRef.group spec.parentRef.name spec.parentRef.namespace spec.parentRef.resource",
  "resource.k8s.io/v1/resourceslices": "spec.driver spec.nodeName",
};

test("Field selectors may name what upstream's may, of every kind", () => {
  const ours = resources.flatMap(({ group, version, plural, selectableFields = {} }) => {
    const fields = Object.keys(selectableFields).sort().join(" ");
    const name = `${group === "" ? "" : `${group}/`}${version}/${plural}`;
    return fields === "" ? [] : [[name, fields]];
  });
  assert.deepEqual(Object.fromEntries(ours), selectable);
});
