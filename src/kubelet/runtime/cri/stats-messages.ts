/** The messages of CRI v1 about what containers, pods and file systems use. */
import { message } from "#base/rpc";
import { containerMetadata, wrapped } from "./messages.ts";

export const filesystemUsage = message({
  timestamp: [1, "big"],
  id: [2, message({ mountpoint: [1, "text"] })],
  usedBytes: [3, wrapped],
  inodesUsed: [4, wrapped],
});
export const listContainerStatsRequest = message({
  filter: [1, message({ id: [1, "text"], podSandboxId: [2, "text"], labels: [3, "map"] })],
});
const cpuUsage = message({ timestamp: [1, "big"], usage: [2, wrapped] });
const memoryUsage = message({
  timestamp: [1, "big"],
  workingSet: [2, wrapped],
  availableBytes: [3, wrapped],
  usageBytes: [4, wrapped],
  rssBytes: [5, wrapped],
  pageFaults: [6, wrapped],
  majorPageFaults: [7, wrapped],
});
const containerStatsMessage = message({
  attributes: [1, message({ id: [1, "text"], metadata: [2, containerMetadata], labels: [3, "map"] })],
  cpu: [2, cpuUsage],
  memory: [3, memoryUsage],
  writableLayer: [4, filesystemUsage],
});
export const listContainerStatsResponse = message({ stats: [1, containerStatsMessage, "many"] });

const interfaceUsage = message({
  name: [1, "text"],
  rxBytes: [2, wrapped],
  rxErrors: [3, wrapped],
  txBytes: [4, wrapped],
  txErrors: [5, wrapped],
});
const sandboxStatsMessage = message({
  attributes: [1, message({ id: [1, "text"], labels: [3, "map"] })],
  linux: [
    2,
    message({
      cpu: [1, cpuUsage],
      memory: [2, memoryUsage],
      network: [3, message({ defaultInterface: [2, interfaceUsage] })],
      process: [4, message({ count: [2, wrapped] })],
    }),
  ],
});
export const sandboxStatsResponse = message({ stats: [1, sandboxStatsMessage] });
