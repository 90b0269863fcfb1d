/** The configuration of a containerd of our own: what it keeps lies in one directory. Pure. */

/** Where things are. */
export interface ContainerdPaths {
  /** Everything below is in it, but the state. */
  readonly directory: string;
  readonly config: string;
  readonly socket: string;
  readonly log: string;
  readonly pid: string;
  readonly root: string;
  /**
   * Nothing in it outlives a restart of the machine. Users of pods that have their own find their root file system
   * by its path, and the directory may be closed to all but root.
   */
  readonly state: string;
  readonly cniConfig: string;
  readonly cniState: string;
  /** `hosts.toml` by registry. */
  readonly registries: string;
}

export function containerdPaths(directory: string): ContainerdPaths {
  return {
    directory,
    config: `${directory}/config.toml`,
    socket: `${directory}/containerd.sock`,
    log: `${directory}/containerd.log`,
    pid: `${directory}/containerd.pid`,
    root: `${directory}/root`,
    state: `/run/navarch/state${directory.replaceAll("/", "-")}`,
    cniConfig: `${directory}/cni/net.d`,
    cniState: `${directory}/cni/addresses`,
    registries: `${directory}/certs.d`,
  };
}

/** Where machines keep `hosts.toml` by registry: looked at after our own. */
const systemRegistries = "/etc/containerd/certs.d";

/** Where the containerd of a directory listens. */
export function containerdSocket(directory: string): string {
  return containerdPaths(directory).socket;
}

/**
 * Version 2 of the format, which containerd 1.4 to 2 take. Containers get no lower OOM score than containerd
 * itself: that is no bound where it may take -999, and where it may not (no CAP_SYS_RESOURCE) they start all
 * the same. NRI, which containerd 2 has unasked, would listen where the system's containerd does, and its new
 * way of pulling looks for mirrors in one directory only.
 */
export function containerdConfig(
  paths: ContainerdPaths,
  options: {
    readonly sandboxImage: string;
    readonly cniPrograms: string;
    /** Programs by name; the first is the default. */
    readonly handlers: ReadonlyMap<string, string>;
  },
): string {
  const cri = `plugins."io.containerd.grpc.v1.cri"`;
  const text = JSON.stringify;
  const handler = ([name, program]: readonly [string, string]): string => `
[${cri}.containerd.runtimes.${name}]
  runtime_type = "io.containerd.runc.v2"

[${cri}.containerd.runtimes.${name}.options]
  BinaryName = ${text(program)}
  Root = ${text(`${paths.state}/${name}`)}
`;
  return `version = 2
root = ${text(paths.root)}
state = ${text(paths.state)}
oom_score = -999

[grpc]
  address = ${text(paths.socket)}

[plugins."io.containerd.nri.v1.nri"]
  disable = true

[plugins."io.containerd.cri.v1.images"]
  use_local_image_pull = true

[${cri}]
  sandbox_image = ${text(options.sandboxImage)}
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true

[${cri}.cni]
  bin_dir = ${text(options.cniPrograms)}
  conf_dir = ${text(paths.cniConfig)}

[${cri}.containerd]
  snapshotter = "overlayfs"
  default_runtime_name = ${text([...options.handlers.keys()][0] ?? "runc")}
${[...options.handlers].map(handler).join("")}
[${cri}.registry]
  config_path = ${text(`${paths.registries}:${systemRegistries}`)}
`;
}
