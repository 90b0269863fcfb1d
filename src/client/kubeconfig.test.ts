/** Merging, choosing and writing of kubeconfig files. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ClientError } from "./errors.ts";
import {
  chooseContext,
  type KubeconfigEntry,
  mergeKubeconfigs,
  readKubeconfig,
  withEntry,
  withoutContext,
  writeKubeconfig,
} from "./kubeconfig.ts";
import { changeKubeconfig, credentialsOf, loadKubeconfigs } from "./kubeconfig-node.ts";

const first = readKubeconfig(
  {
    "current-context": "",
    clusters: [{ name: "c", cluster: { server: "https://one", extra: { kept: true } } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    preferences: { colors: true },
  },
  "first",
);
const second = readKubeconfig(
  {
    "current-context": "x",
    clusters: [{ name: "c", cluster: { server: "https://two", "tls-server-name": "name" } }],
    users: [{ name: "u", user: { token: "t" } }],
  },
  "second",
);

const entry: KubeconfigEntry = {
  name: "navarch",
  cluster: { server: "https://127.0.0.1:6443" },
  userName: "navarch-admin",
  user: { token: "secret" },
};

test("Of several files the first that says something wins, field by field", () => {
  const merged = mergeKubeconfigs([first, second]);
  assert.deepEqual(merged.clusters.get("c"), {
    server: "https://one",
    "tls-server-name": "name",
    extra: { kept: true },
  });
  assert.equal(merged.currentContext, "x");
  assert.deepEqual(merged.users.get("u"), { token: "t" });
});

test("A context that does not exist is refused with the names that do", () => {
  assert.throws(
    () => chooseContext(mergeKubeconfigs([first, second]), "nope"),
    (error: unknown) =>
      error instanceof ClientError && error.code === "bad-kubeconfig" && error.message.endsWith(": x"),
  );
});

test("Adding and taking out an entry leaves the rest of a file as it was", () => {
  const added = withEntry(first, entry);
  assert.equal(added.currentContext, "navarch");
  assert.equal(chooseContext(added).cluster.server, "https://127.0.0.1:6443");
  const removed = withoutContext(added, "navarch");
  assert.deepEqual(writeKubeconfig(removed), writeKubeconfig(first));
});

test("An entry that comes again keeps the namespace that its user has chosen", () => {
  const [name, context] = [entry.name, { cluster: "old", user: "old", namespace: "mine" }];
  const chosen = { ...first, contexts: new Map(first.contexts).set(name, context) };
  assert.deepEqual(withEntry(chosen, entry).contexts.get(name), {
    cluster: name,
    user: entry.userName,
    namespace: entry.namespace ?? "mine",
  });
});

test("A cluster that another context uses stays when a context goes", () => {
  const shared = { ...second, contexts: new Map([...first.contexts, ["y", { cluster: "c", user: "v" }]]) };
  const removed = withoutContext(shared, "x");
  assert.equal(removed.clusters.has("c"), true);
  assert.equal(removed.users.has("u"), false);
  assert.equal(removed.currentContext, undefined);
});

test("An empty file, as mktemp makes one, is taken; a manifest is not written over", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kubeconfig-"));
  try {
    const path = join(folder, "config");
    for (const empty of ["", "# nothing yet\n", "---\n", "{}"]) {
      await writeFile(path, empty);
      await changeKubeconfig(path, (config) => withEntry(config, entry));
      assert.equal((await loadKubeconfigs([path])).currentContext, entry.name);
    }
    for (const other of ["kind: Deployment\napiVersion: apps/v1\n", "a: 1\n---\nb: 1\n", "[]"]) {
      await writeFile(path, other);
      await assert.rejects(
        changeKubeconfig(path, (config) => withEntry(config, entry)),
        { code: "bad-kubeconfig" },
      );
      assert.equal(await readFile(path, "utf8"), other);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("A changed file is replaced whole, keeps its mode, and resolves paths beside itself", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kubeconfig-"));
  try {
    const path = join(folder, "sub", "config");
    await changeKubeconfig(path, (config) => withEntry(config, entry));
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    await writeFile(join(folder, "sub", "ca.pem"), "the authority");
    const cluster = { server: "https://here", "certificate-authority": "ca.pem" };
    await changeKubeconfig(path, (config) => withEntry(config, { ...entry, name: "files", cluster }));
    assert.match(await readFile(path, "utf8"), /certificate-authority: ca\.pem/);
    const loaded = await loadKubeconfigs([join(folder, "absent"), path]);
    assert.deepEqual([...loaded.contexts.keys()], ["navarch", "files"]);
    assert.equal((await credentialsOf(loaded)).ca, "the authority");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("A locked file is not changed, and the error says what to remove", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kubeconfig-"));
  try {
    const path = join(folder, "config");
    await writeFile(`${path}.lock`, "");
    await assert.rejects(
      changeKubeconfig(path, (config) => config),
      (error: unknown) => error instanceof ClientError && error.message.includes(`${path}.lock`),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("A file whose folder cannot be made is refused, at once", async () => {
  await assert.rejects(
    changeKubeconfig("/proc/navarch/config", (config) => config),
    (error: unknown) => error instanceof ClientError && error.code === "bad-kubeconfig",
  );
});
