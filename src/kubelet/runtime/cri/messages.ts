/**
 * The messages of CRI v1 (`runtime.v1`) that the kubelet sends and reads, as tables; fields it never looks at
 * are left out. Enumerations are numbers: `enums.ts` names them. Statistics and images have files of their own.
 */
import { message } from "#base/rpc";

export const empty = message({});
/** A number that may be absent, as proto3 wraps it. */
export const wrapped = message({ value: [1, "int"] });
const state = message({ state: [1, "int"] });

export const versionResponse = message({
  runtimeName: [2, "text"],
  runtimeVersion: [3, "text"],
  runtimeApiVersion: [4, "text"],
});

const condition = message({
  type: [1, "text"],
  status: [2, "bool"],
  reason: [3, "text"],
  message: [4, "text"],
});
const handlerFeatures = message({ recursiveReadOnlyMounts: [1, "bool"], userNamespaces: [2, "bool"] });
export const statusResponse = message({
  status: [1, message({ conditions: [1, condition, "many"] })],
  handlers: [3, message({ name: [1, "text"], features: [2, handlerFeatures] }), "many"],
  features: [4, message({ supplementalGroupsPolicy: [1, "bool"] })],
});
/** 0: systemd, 1: cgroupfs. */
export const runtimeConfigResponse = message({
  linux: [1, message({ cgroupDriver: [1, "int"] })],
});
export const updateRuntimeConfigRequest = message({
  config: [1, message({ network: [1, message({ podCidr: [1, "text"] })] })],
});

const idMapping = message({ hostId: [1, "int"], containerId: [2, "int"], length: [3, "int"] });
const userNamespace = message({
  mode: [1, "int"],
  uids: [2, idMapping, "many"],
  gids: [3, idMapping, "many"],
});
const namespaceOptions = message({
  network: [1, "int"],
  pid: [2, "int"],
  ipc: [3, "int"],
  targetId: [4, "text"],
  users: [5, userNamespace],
});
const profile = message({ type: [1, "int"], localhostRef: [2, "text"] });
const selinux = message({ user: [1, "text"], role: [2, "text"], type: [3, "text"], level: [4, "text"] });
const resources = message({
  cpuPeriod: [1, "int"],
  cpuQuota: [2, "int"],
  cpuShares: [3, "int"],
  memoryLimitBytes: [4, "int"],
  oomScoreAdj: [5, "int"],
  hugepageLimits: [8, message({ pageSize: [1, "text"], limitBytes: [2, "int"] }), "many"],
  unified: [9, "map"],
});

const sandboxSecurity = message({
  namespaces: [1, namespaceOptions],
  selinux: [2, selinux],
  runAsUser: [3, wrapped],
  readonlyRootfs: [4, "bool"],
  supplementalGroups: [5, "int", "many"],
  privileged: [6, "bool"],
  runAsGroup: [8, wrapped],
  seccomp: [9, profile],
  apparmor: [10, profile],
  supplementalGroupsPolicy: [11, "int"],
});
const sandboxMetadata = message({
  name: [1, "text"],
  uid: [2, "text"],
  namespace: [3, "text"],
  attempt: [4, "int"],
});
const portMapping = message({
  protocol: [1, "int"],
  containerPort: [2, "int"],
  hostPort: [3, "int"],
  hostIp: [4, "text"],
});
export const sandboxConfigMessage = message({
  metadata: [1, sandboxMetadata],
  hostname: [2, "text"],
  logDirectory: [3, "text"],
  dns: [
    4,
    message({ servers: [1, "text", "many"], searches: [2, "text", "many"], options: [3, "text", "many"] }),
  ],
  portMappings: [5, portMapping, "many"],
  labels: [6, "map"],
  annotations: [7, "map"],
  linux: [
    8,
    message({
      cgroupParent: [1, "text"],
      security: [2, sandboxSecurity],
      sysctls: [3, "map"],
      overhead: [4, resources],
      resources: [5, resources],
    }),
  ],
});

export const runPodSandboxRequest = message({
  config: [1, sandboxConfigMessage],
  runtimeHandler: [2, "text"],
});
export const sandboxId = message({ id: [1, "text"] });
const sandboxStatusMessage = message({
  id: [1, "text"],
  metadata: [2, sandboxMetadata],
  state: [3, "int"],
  createdAt: [4, "big"],
  network: [5, message({ ip: [1, "text"], additional: [2, message({ ip: [1, "text"] }), "many"] })],
  linux: [6, message({ namespaces: [1, message({ options: [2, namespaceOptions] })] })],
  labels: [7, "map"],
  annotations: [8, "map"],
  runtimeHandler: [9, "text"],
});
export const podSandboxStatusRequest = message({ id: [1, "text"], verbose: [2, "bool"] });
/** `info` comes when it is asked for; the runtime's own JSON is in it. */
export const podSandboxStatusResponse = message({ status: [1, sandboxStatusMessage], info: [2, "map"] });
export const listPodSandboxRequest = message({
  filter: [1, message({ id: [1, "text"], state: [2, state], labels: [3, "map"] })],
});
export const sandboxRow = message({
  id: [1, "text"],
  metadata: [2, sandboxMetadata],
  state: [3, "int"],
  createdAt: [4, "big"],
  labels: [5, "map"],
  annotations: [6, "map"],
  runtimeHandler: [7, "text"],
});
export const listPodSandboxResponse = message({ items: [1, sandboxRow, "many"] });

export const imageSpec = message({
  image: [1, "text"],
  annotations: [2, "map"],
  userSpecified: [18, "text"],
});
const mount = message({
  containerPath: [1, "text"],
  hostPath: [2, "text"],
  readonly: [3, "bool"],
  selinuxRelabel: [4, "bool"],
  propagation: [5, "int"],
  uidMappings: [6, idMapping, "many"],
  gidMappings: [7, idMapping, "many"],
  recursiveReadOnly: [8, "bool"],
});
const capabilities = message({ add: [1, "text", "many"], drop: [2, "text", "many"] });
const containerSecurity = message({
  capabilities: [1, capabilities],
  privileged: [2, "bool"],
  namespaces: [3, namespaceOptions],
  selinux: [4, selinux],
  runAsUser: [5, wrapped],
  runAsUserName: [6, "text"],
  readonlyRootfs: [7, "bool"],
  supplementalGroups: [8, "int", "many"],
  noNewPrivs: [11, "bool"],
  runAsGroup: [12, wrapped],
  maskedPaths: [13, "text", "many"],
  readonlyPaths: [14, "text", "many"],
  seccomp: [15, profile],
  apparmor: [16, profile],
  supplementalGroupsPolicy: [17, "int"],
});
export const containerMetadata = message({ name: [1, "text"], attempt: [2, "int"] });
export const containerConfigMessage = message({
  metadata: [1, containerMetadata],
  image: [2, imageSpec],
  command: [3, "text", "many"],
  args: [4, "text", "many"],
  workingDir: [5, "text"],
  env: [6, message({ key: [1, "text"], value: [2, "text"] }), "many"],
  mounts: [7, mount, "many"],
  labels: [9, "map"],
  annotations: [10, "map"],
  logPath: [11, "text"],
  stdin: [12, "bool"],
  stdinOnce: [13, "bool"],
  tty: [14, "bool"],
  linux: [15, message({ resources: [1, resources], security: [2, containerSecurity] })],
  stopSignal: [18, "int"],
});

export const createContainerRequest = message({
  sandboxId: [1, "text"],
  config: [2, containerConfigMessage],
  sandbox: [3, sandboxConfigMessage],
});
export const containerId = message({ id: [1, "text"] });
export const stopContainerRequest = message({ id: [1, "text"], timeoutSeconds: [2, "int"] });
export const updateContainerResourcesRequest = message({ id: [1, "text"], linux: [2, resources] });
export const listContainersRequest = message({
  filter: [1, message({ id: [1, "text"], state: [2, state], podSandboxId: [3, "text"], labels: [4, "map"] })],
});
export const containerRow = message({
  id: [1, "text"],
  podSandboxId: [2, "text"],
  metadata: [3, containerMetadata],
  image: [4, imageSpec],
  imageRef: [5, "text"],
  state: [6, "int"],
  createdAt: [7, "big"],
  labels: [8, "map"],
  annotations: [9, "map"],
});
export const listContainersResponse = message({ containers: [1, containerRow, "many"] });
const containerUser = message({ uid: [1, "int"], gid: [2, "int"], supplementalGroups: [3, "int", "many"] });
const containerStatusMessage = message({
  id: [1, "text"],
  metadata: [2, containerMetadata],
  state: [3, "int"],
  createdAt: [4, "big"],
  startedAt: [5, "big"],
  finishedAt: [6, "big"],
  exitCode: [7, "int"],
  image: [8, imageSpec],
  imageRef: [9, "text"],
  reason: [10, "text"],
  message: [11, "text"],
  labels: [12, "map"],
  annotations: [13, "map"],
  mounts: [14, mount, "many"],
  logPath: [15, "text"],
  user: [18, message({ linux: [1, containerUser] })],
});
export const containerStatusResponse = message({ status: [1, containerStatusMessage] });

export const execSyncRequest = message({
  id: [1, "text"],
  command: [2, "text", "many"],
  timeoutSeconds: [3, "int"],
});
export const execSyncResponse = message({ stdout: [1, "bytes"], stderr: [2, "bytes"], exitCode: [3, "int"] });

export const execRequest = message({
  containerId: [1, "text"],
  cmd: [2, "text", "many"],
  tty: [3, "bool"],
  stdin: [4, "bool"],
  stdout: [5, "bool"],
  stderr: [6, "bool"],
});
export const attachRequest = message({
  containerId: [1, "text"],
  stdin: [2, "bool"],
  tty: [3, "bool"],
  stdout: [4, "bool"],
  stderr: [5, "bool"],
});
export const portForwardRequest = message({ podSandboxId: [1, "text"], port: [2, "int", "many"] });
export const streamUrl = message({ url: [1, "text"] });
