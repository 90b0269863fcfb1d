/**
 * Where static pods come from: a folder of manifests (`manifest-directories-node.ts`), or its simulated twin. Both pass
 * `manifests.contract.ts`.
 */

/** One file with one pod, in YAML or JSON. */
export interface Manifest {
  /** Its whole path: a part of the pod's identity. */
  readonly path: string;
  readonly content: Uint8Array;
}

export interface ManifestSource {
  /** What is there now, by path. Files whose names begin with a dot are not. */
  read(): Promise<readonly Manifest[]>;
  /** Yields when something may have changed since the last look; ends on abort. */
  changes(signal: AbortSignal): AsyncIterable<void>;
}

/** Of a node that has none. */
export const noManifests: ManifestSource = {
  read: async () => [],
  async *changes() {},
};
