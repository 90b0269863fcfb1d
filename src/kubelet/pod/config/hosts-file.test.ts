/** The hosts file of pods, in upstream's layout. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { podOf } from "../../testing/builders.ts";
import { hostsFile } from "./hosts-file.ts";

const node = { clusterDomain: "cluster.local" };
const head = [
  "# Kubernetes-managed hosts file.",
  "127.0.0.1\tlocalhost",
  "::1\tlocalhost ip6-localhost ip6-loopback",
  "fe00::0\tip6-localnet",
  "fe00::0\tip6-mcastprefix",
  "fe00::1\tip6-allnodes",
  "fe00::2\tip6-allrouters",
];

test("a pod's hosts file names the pod by each of its addresses", () => {
  const text = hostsFile(podOf({}), ["10.0.0.5", "fd00::5"], node, "");
  assert.equal(text, [...head, "10.0.0.5\tweb", "fd00::5\tweb", ""].join("\n"));
});

test("a pod with a subdomain has its full name first, and aliases come last", () => {
  const spec = {
    hostname: "db",
    subdomain: "data",
    hostAliases: [
      { ip: "1.2.3.4", hostnames: ["foo", "bar"] },
      { ip: "::9", hostnames: ["six"] },
    ],
  };
  const text = hostsFile(podOf(spec), ["10.0.0.5"], node, "");
  assert.deepEqual(text.split("\n").slice(head.length), [
    "10.0.0.5\tdb.data.default.svc.cluster.local\tdb",
    "",
    "# Entries added by HostAliases.",
    "1.2.3.4\tfoo\tbar",
    "::9\tsix",
    "",
  ]);
});

test("a pod on the node's network gets the node's file, with its own aliases", () => {
  const spec = { hostNetwork: true, hostAliases: [{ ip: "1.2.3.4", hostnames: ["foo"] }] };
  const text = hostsFile(podOf(spec), ["192.168.0.9"], node, "127.0.0.1 localhost node\n");
  const aliases = "\n# Entries added by HostAliases.\n1.2.3.4\tfoo\n";
  assert.equal(text, `# Kubernetes-managed hosts file (host network).\n127.0.0.1 localhost node\n${aliases}`);
});
