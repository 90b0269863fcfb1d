/** What a cluster stands on and what runs in it, as decided by its callers: the command line, or the library's options. */
import type { Disk, RootEnv } from "#base";
import type { Journal } from "#store";
import type { ApiServerSettings } from "./api-server-settings.ts";
import type { ListenAddress } from "./cluster-options.ts";
import type { NetworkRanges } from "./network-ranges.ts";
import type { RealNodeOptions } from "./real-node.ts";
import type { ServiceSockets } from "./userspace-network.ts";

/** What a cluster stands on. */
export interface ClusterParts {
  readonly env: RootEnv;
  readonly journal: Journal;
  /** Where the certificates are kept. */
  readonly disk: Disk;
  /** Resolves when the machine has the address of `advertise`. Default: it has it. */
  readonly addressHeld?: Promise<void>;
}

/** What runs in it. */
export interface ClusterConfig {
  /** Also the name of the kubectl context. */
  readonly name: string;
  /** Absent: no socket, calls come in process only. */
  readonly listen?: ListenAddress;
  /**
   * An address of this machine that pods reach, at which the API is served too: the endpoint of `default/kubernetes`.
   * Default: that of `listen`, unless it is loopback or all addresses; then there is none.
   */
  readonly advertise?: string;
  readonly controllers: boolean;
  readonly scheduler: boolean;
  readonly virtualNodes: number;
  /** Where services answer, by sockets of this process; of clusters with virtual nodes. Default: nowhere. */
  readonly sockets?: ServiceSockets;
  /** The machine's own node. Default: none. */
  readonly realNode?: RealNodeOptions;
  /** Addresses and names of the network. Default: the usual ones. */
  readonly ranges?: NetworkRanges;
  /** What the API server is told. Default: as kube-apiserver's defaults. */
  readonly apiServer?: ApiServerSettings;
  /** Hears of each finished step of the start, with its milliseconds. */
  readonly onStep?: (step: string, ms: number) => void;
}
