/** The twin of a folder of manifests: files in memory, which outlive a kubelet. */
import type { Manifest, ManifestSource } from "../../static/manifests.ts";

export class SimManifests implements ManifestSource {
  readonly #directory: string;
  readonly #files = new Map<string, Uint8Array>();
  readonly #watchers = new Set<() => void>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  write(name: string, content: string): void {
    this.#files.set(name, Buffer.from(content));
    this.#tell();
  }

  remove(name: string): void {
    this.#files.delete(name);
    this.#tell();
  }

  async read(): Promise<readonly Manifest[]> {
    return [...this.#files]
      .filter(([name]) => !name.startsWith("."))
      .map(([name, content]) => ({ path: `${this.#directory}/${name}`, content }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async *changes(signal: AbortSignal): AsyncGenerator<void> {
    let rung = false;
    let wake = (): void => {};
    const ring = (): void => {
      rung = true;
      wake();
    };
    this.#watchers.add(ring);
    signal.addEventListener("abort", ring, { once: true });
    try {
      while (!signal.aborted) {
        if (!rung) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        rung = false;
        if (!signal.aborted) yield;
      }
    } finally {
      this.#watchers.delete(ring);
      signal.removeEventListener("abort", ring);
    }
  }

  #tell(): void {
    for (const ring of this.#watchers) ring();
  }
}
