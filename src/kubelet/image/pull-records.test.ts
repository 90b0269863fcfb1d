/** Who may use an image that is on the node, by what is known of its pulls. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Image } from "../runtime/runtime.ts";
import { PullRecordFiles } from "./pull-record-files-node.ts";
import {
  MemoryPullRecords,
  PullRecords,
  type PullRecordStore,
  type SecretCredential,
} from "./pull-records.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "navarch-pulls-"));
const stores: Readonly<Record<string, () => PullRecordStore>> = {
  memory: () => new MemoryPullRecords(),
  files: () => new PullRecordFiles(folder()),
};

const secret = (name: string, credentialHash: string): SecretCredential => ({
  uid: `uid-${name}`,
  namespace: "default",
  name,
  credentialHash,
});
const a = secret("a", "hash-a");
const imageOf = (id: string, tag: string): Image => ({
  id,
  repoTags: [tag],
  repoDigests: [],
  sizeBytes: 1,
  pinned: false,
});

for (const [name, make] of Object.entries(stores)) {
  describe(`PullRecords over ${name}`, () => {
    const setUp = (): { records: PullRecords; may: (...own: SecretCredential[]) => Promise<boolean> } => {
      const records = new PullRecords(make(), () => 1_000);
      const may = (...own: SecretCredential[]): Promise<boolean> =>
        records.allows("r.test/app:1", "sha256:1", async () => own);
      return { records, may };
    };

    test("an image that was never pulled is everybody's", async () => {
      assert.equal(await setUp().may(), true);
    });

    test("one that was pulled without credentials is everybody's", async () => {
      const { records, may } = setUp();
      await records.intend("r.test/app:1");
      assert.equal(await may(), false);
      await records.pulled("r.test/app:1", "sha256:1", undefined);
      assert.equal(await may(), true);
      await records.pulled("r.test/app:1", "sha256:1", a);
      assert.equal(await may(), true);
    });

    test("one that was pulled with a secret is for whoever has it, or the same in another place", async () => {
      const { records, may } = setUp();
      await records.intend("r.test/app:1");
      await records.pulled("r.test/app:1", "sha256:1", a);
      assert.equal(await may(), false);
      assert.equal(await may(secret("b", "hash-b")), false);
      assert.equal(await may(secret("b", "hash-b"), a), true);
      assert.equal(await may(secret("c", "hash-a")), true);
      // Secret c was learnt: its next content counts too.
      assert.equal(await may(secret("c", "hash-new")), true);
      assert.equal(await may({ ...secret("c", "hash-newer"), uid: "made anew" }), false);
      assert.equal(await records.allows("r.test/other:1", "sha256:1", async () => [a]), false);
      assert.equal(await records.allows("r.test/app:2", "sha256:1", async () => [a]), true);
    });

    test("a pull that failed changes nothing; one that was broken off gives nobody the image", async () => {
      const { records, may } = setUp();
      await records.intend("r.test/app:1");
      await records.failed("r.test/app:1");
      assert.equal(await may(), true);
      await records.intend("r.test/app:1");
      await records.recover(async () => [imageOf("sha256:1", "r.test/app:1")]);
      assert.equal(await may(a), false);
      assert.equal(await records.allows("r.test/app@sha256:ab", "sha256:1", async () => [a]), false);
    });

    test("records of images that are gone are forgotten, unless they came after the look", async () => {
      const { records, may } = setUp();
      await records.pulled("r.test/app:1", "sha256:1", a);
      await records.prune([], 1_000);
      assert.equal(await may(), false);
      await records.prune([imageOf("sha256:1", "r.test/app:1")], 2_000);
      assert.equal(await may(), false);
      await records.prune([], 2_000);
      assert.equal(await may(), true);
    });
  });
}

test("PullRecordFiles survives its process, and leaves no drafts", async () => {
  const directory = folder();
  await new PullRecords(new PullRecordFiles(directory), () => 1).pulled("app:1", "sha256:1", a);
  const again = new PullRecords(new PullRecordFiles(directory), () => 1);
  assert.equal(await again.allows("app:1", "sha256:1", async () => []), false);
  assert.equal(readdirSync(join(directory, "image_manager/pulled")).length, 1);
});
