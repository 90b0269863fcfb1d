/** What the kubelet says of the machine under it: facts, gathered once by whoever starts it. */
export interface MachineInfo {
  readonly hostname: string;
  readonly addresses: readonly string[];
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly ephemeralStorageBytes: number;
  readonly machineId: string;
  readonly systemUuid: string;
  readonly bootId: string;
  readonly kernelVersion: string;
  /** `Debian GNU/Linux 12 (bookworm)`. */
  readonly osImage: string;
  /** `linux`. */
  readonly operatingSystem: string;
  /** Whether its kernel enforces AppArmor profiles. */
  readonly appArmor: boolean;
  /** What every container's cgroup has on this machine, by file; version 1 has nothing. */
  readonly containerCgroup: Readonly<Record<string, string>>;
  /** `amd64`, `arm64`. */
  readonly architecture: string;
}
