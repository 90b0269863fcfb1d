/**
 * Container images made here, without a builder and without a pull: one layer, by the OCI image
 * specification. Pure; equal input gives equal digests.
 */
import { Buffer } from "node:buffer";
import type { Crypto } from "#base";
import { type TarEntry, tar } from "./tar.ts";

/** What goes into an image of one layer. */
export interface OciImageInput {
  /** `registry.example/repo:tag`, in full. */
  readonly name: string;
  /** `amd64`. */
  readonly architecture: string;
  readonly files: readonly TarEntry[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: readonly string[];
}

/** Content by its digest. */
export interface OciBlob {
  /** `sha256:...`. */
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** An image as its blobs. */
export interface OciImage {
  readonly name: string;
  readonly manifest: OciBlob;
  /** Configuration and layer. */
  readonly blobs: readonly OciBlob[];
}

const media = "application/vnd.oci.image";

/** `ociImage(crypto, { name, architecture, files, command: ["sh"] })`. */
export function ociImage(crypto: Pick<Crypto, "sha256">, input: OciImageInput): OciImage {
  const blob = (mediaType: string, bytes: Uint8Array): OciBlob => ({
    digest: `sha256:${Buffer.from(crypto.sha256(bytes)).toString("hex")}`,
    mediaType,
    bytes,
  });
  const layer = blob(`${media}.layer.v1.tar`, tar(input.files));
  const config = blob(
    `${media}.config.v1+json`,
    json({
      architecture: input.architecture,
      os: "linux",
      config: {
        Env: input.environment ?? ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
        ...(input.entrypoint === undefined ? {} : { Entrypoint: input.entrypoint }),
        ...(input.command === undefined ? {} : { Cmd: input.command }),
      },
      rootfs: { type: "layers", diff_ids: [layer.digest] },
    }),
  );
  const manifest = blob(
    `${media}.manifest.v1+json`,
    json({
      schemaVersion: 2,
      mediaType: `${media}.manifest.v1+json`,
      config: descriptor(config),
      layers: [descriptor(layer)],
    }),
  );
  return { name: input.name, manifest, blobs: [config, layer] };
}

/** The images as one archive in OCI layout, as `image load` takes it. */
export function ociArchive(images: readonly OciImage[]): Buffer {
  const blobs = new Map(
    images.flatMap(({ manifest, blobs: own }) => [manifest, ...own]).map((one) => [one.digest, one]),
  );
  const manifests = images.map(({ name, manifest }) => ({
    ...descriptor(manifest),
    annotations: { "io.containerd.image.name": name },
  }));
  return tar([
    { path: "oci-layout", content: json({ imageLayoutVersion: "1.0.0" }), mode: 0o644 },
    { path: "index.json", content: json({ schemaVersion: 2, manifests }), mode: 0o644 },
    { path: "blobs" },
    { path: "blobs/sha256" },
    ...[...blobs.values()].map(({ digest, bytes }) => ({
      path: `blobs/${digest.replace(":", "/")}`,
      content: bytes,
      mode: 0o644,
    })),
  ]);
}

function descriptor({ mediaType, digest, bytes }: OciBlob): Readonly<Record<string, unknown>> {
  return { mediaType, digest, size: bytes.length };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value), "utf8");
}
