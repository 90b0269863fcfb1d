/** The calls of CRI v1: their names and the tables of their messages. */
import { method } from "#base/rpc";
import * as m from "./messages.ts";

const runtime = "runtime.v1.RuntimeService";
const image = "runtime.v1.ImageService";

export const runtimeMethods = {
  version: method(`${runtime}/Version`, m.empty, m.versionResponse),
  status: method(`${runtime}/Status`, m.empty, m.statusResponse),
  runtimeConfig: method(`${runtime}/RuntimeConfig`, m.empty, m.runtimeConfigResponse),
  updateRuntimeConfig: method(`${runtime}/UpdateRuntimeConfig`, m.updateRuntimeConfigRequest, m.empty),
  runPodSandbox: method(`${runtime}/RunPodSandbox`, m.runPodSandboxRequest, m.sandboxId),
  stopPodSandbox: method(`${runtime}/StopPodSandbox`, m.sandboxId, m.empty),
  removePodSandbox: method(`${runtime}/RemovePodSandbox`, m.sandboxId, m.empty),
  podSandboxStatus: method(
    `${runtime}/PodSandboxStatus`,
    m.podSandboxStatusRequest,
    m.podSandboxStatusResponse,
  ),
  listPodSandbox: method(`${runtime}/ListPodSandbox`, m.listPodSandboxRequest, m.listPodSandboxResponse),
  createContainer: method(`${runtime}/CreateContainer`, m.createContainerRequest, m.containerId),
  startContainer: method(`${runtime}/StartContainer`, m.containerId, m.empty),
  stopContainer: method(`${runtime}/StopContainer`, m.stopContainerRequest, m.empty),
  removeContainer: method(`${runtime}/RemoveContainer`, m.containerId, m.empty),
  listContainers: method(`${runtime}/ListContainers`, m.listContainersRequest, m.listContainersResponse),
  containerStatus: method(`${runtime}/ContainerStatus`, m.containerId, m.containerStatusResponse),
  updateContainerResources: method(
    `${runtime}/UpdateContainerResources`,
    m.updateContainerResourcesRequest,
    m.empty,
  ),
  execSync: method(`${runtime}/ExecSync`, m.execSyncRequest, m.execSyncResponse),
  exec: method(`${runtime}/Exec`, m.execRequest, m.streamUrl),
  attach: method(`${runtime}/Attach`, m.attachRequest, m.streamUrl),
  portForward: method(`${runtime}/PortForward`, m.portForwardRequest, m.streamUrl),
  reopenContainerLog: method(`${runtime}/ReopenContainerLog`, m.containerId, m.empty),
  listSandboxStats: method(`${runtime}/ListPodSandboxStats`, m.empty, m.listSandboxStatsResponse),
  listContainerStats: method(
    `${runtime}/ListContainerStats`,
    m.listContainerStatsRequest,
    m.listContainerStatsResponse,
  ),
} as const;

export const imageMethods = {
  list: method(`${image}/ListImages`, m.empty, m.listImagesResponse),
  status: method(`${image}/ImageStatus`, m.imageRequest, m.imageStatusResponse),
  pull: method(`${image}/PullImage`, m.pullImageRequest, m.pullImageResponse),
  remove: method(`${image}/RemoveImage`, m.imageRequest, m.empty),
  fsInfo: method(`${image}/ImageFsInfo`, m.empty, m.imageFsInfoResponse),
} as const;
