/** Images made on the spot from the machine's static busybox, and a registry on loopback that serves them. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type OciImage, ociImage } from "../../../src/kubelet/runtime/containerd/oci-image.ts";
import type { TarEntry } from "../../../src/kubelet/runtime/containerd/tar.ts";
import { findProgram } from "../../testing/find-program.ts";

const crypto = { sha256: (data: Uint8Array | string) => createHash("sha256").update(data).digest() };
const architecture = process.arch === "x64" ? "amd64" : process.arch;

const applets = (
  "sh awk cat dd echo env false grep head hostname httpd id ip kill ln ls mkdir mount nslookup nc ps printf readlink rm seq " +
  "sha256sum sleep stat stty sync tar test touch tr true umount wc wget"
).split(" ");

/** Without it no test that runs containers is run (`own-machine.ts`). */
const shell = findProgram("busybox");

const files: readonly TarEntry[] = [
  { path: "bin" },
  { path: "bin/busybox", content: shell === undefined ? Buffer.alloc(0) : readFileSync(shell) },
  ...applets.map((name) => ({ path: `bin/${name}`, to: "busybox" })),
  { path: "etc" },
  {
    path: "etc/passwd",
    content: Buffer.from("root:x:0:0:root:/root:/bin/sh\nreader:x:1500:1500::/:/bin/sh\n"),
    mode: 0o644,
  },
  { path: "etc/group", content: Buffer.from("root:x:0:\nreaders:x:3000:reader\n"), mode: 0o644 },
  { path: "tmp", mode: 0o1777 },
  { path: "www" },
  { path: "www/index.html", content: Buffer.from("hello\n"), mode: 0o644 },
];

/** Busybox under a name; with a `command` of its own. */
export function busybox(name: string, command: readonly string[] = ["sh"]): OciImage {
  return ociImage(crypto, { name, architecture, files, command });
}

/** The machine's nginx with the libraries that it needs; serves `hello` on port 8080. */
export function nginx(name: string): OciImage {
  const program = findProgram("nginx") ?? "";
  const { stdout } = spawnSync("ldd", [program], { encoding: "utf8" });
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path);
  const copied = [program, ...libraries];
  const folders = new Set(copied.flatMap((path) => parents(path.slice(1))));
  const config = `events {} http { access_log off; server { listen 8080; root /www; } }`;
  return ociImage(crypto, {
    name,
    architecture,
    files: [
      ...files,
      ...[...folders, "etc/nginx", "var/log/nginx", "var/lib/nginx", "run"]
        .flatMap((path) => [...parents(path), path])
        .filter((path, at, all) => all.indexOf(path) === at && !files.some((one) => one.path === path))
        .map((path) => ({ path })),
      ...copied.map((path) => ({ path: path.slice(1), content: readFileSync(path) })),
      { path: "etc/nginx/nginx.conf", content: Buffer.from(`user root root; ${config}`), mode: 0o644 },
    ],
    command: [program, "-g", "daemon off;"],
  });
}

/** `a`, `a/b` of `a/b/c`. */
function parents(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** Serves images by their repositories and tags, as far as pulling needs. */
export class TestRegistry implements AsyncDisposable {
  readonly #server = createServer((request, response) => {
    const found = this.#find(request.url ?? "");
    if (found === undefined) {
      response.writeHead(404, { "content-type": "application/json" });
      response.end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
      return;
    }
    response.writeHead(200, {
      "content-type": found.mediaType,
      "content-length": found.bytes.length,
      "docker-content-digest": found.digest,
    });
    response.end(request.method === "HEAD" ? undefined : found.bytes);
  });
  readonly #images = new Map<string, OciImage>();

  /** `127.0.0.1:PORT`. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  /** Resolves the name to pull it by. */
  add(repository: string, command?: readonly string[]): string {
    const name = `${this.address}/${repository}`;
    this.#images.set(repository, busybox(name, command));
    return name;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #find(url: string): OciImage["manifest"] | undefined {
    if (url === "/v2/") return { digest: "", mediaType: "application/json", bytes: Buffer.from("{}") };
    const match = /^\/v2\/(.+)\/(?:manifests|blobs)\/([^/?]+)/.exec(url);
    const [, repository = "", reference = ""] = match ?? [];
    for (const [name, image] of this.#images) {
      if (name === `${repository}:${reference}`) return image.manifest;
      const blob = [image.manifest, ...image.blobs].find((one) => one.digest === reference);
      if (blob !== undefined) return blob;
    }
    return undefined;
  }
}
