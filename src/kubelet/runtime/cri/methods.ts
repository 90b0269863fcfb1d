/** The calls of CRI v1: their names and the tables of their messages. */
import { method } from "#base/rpc";
import * as i from "./image-messages.ts";
import * as m from "./messages.ts";
import * as s from "./stats-messages.ts";

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
  sandboxStats: method(`${runtime}/PodSandboxStats`, m.sandboxId, s.sandboxStatsResponse),
  listContainerStats: method(
    `${runtime}/ListContainerStats`,
    s.listContainerStatsRequest,
    s.listContainerStatsResponse,
  ),
} as const;

export const imageMethods = {
  list: method(`${image}/ListImages`, m.empty, i.listImagesResponse),
  status: method(`${image}/ImageStatus`, i.imageRequest, i.imageStatusResponse),
  pull: method(`${image}/PullImage`, i.pullImageRequest, i.pullImageResponse),
  remove: method(`${image}/RemoveImage`, i.imageRequest, m.empty),
  fsInfo: method(`${image}/ImageFsInfo`, m.empty, i.imageFsInfoResponse),
} as const;
