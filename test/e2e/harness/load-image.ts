/** Images on a node as its user puts them there: by an archive and `navarch image load`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ociArchive } from "../../../src/kubelet/runtime/containerd/oci-image.ts";
import { root, run } from "../../testing/program.ts";
import { busybox } from "./test-images.ts";

/** An archive of busybox under this name. */
export function busyboxArchive(name: string, command?: readonly string[]): Uint8Array {
  return ociArchive([busybox(`docker.io/library/${name}`, command)]);
}

/** Puts the image of an archive on the node of that directory, and hears its name. */
export async function loadImage(archive: string, name: string, nodeData: string): Promise<void> {
  const args = ["image", "load", archive, "--data", nodeData];
  const loaded = await run(join(root, "bin/navarch"), args);
  const said = [loaded.stdout, loaded.stderr, loaded.code];
  assert.deepEqual(said, [`docker.io/library/${name}\n`, "", 0]);
}
