/** The termination message of a container: what CRI leaves to the kubelet. */
import type { Decoded } from "#base/rpc";
import { terminationMessagePathAnnotation, terminationMessagePolicyAnnotation } from "../labels.ts";
import type { ContainerFiles } from "./container-files-node.ts";
import type { containerStatusResponse } from "./messages.ts";

/** What the container left behind; else what the runtime says. */
export async function lastWordsOf(
  status: NonNullable<Decoded<typeof containerStatusResponse>["status"]>,
  files: Pick<ContainerFiles, "lastWords" | "endOfLog">,
): Promise<string> {
  const { annotations, mounts, exitCode, logPath, message } = status;
  const path = annotations[terminationMessagePathAnnotation];
  const mount = mounts.find((one) => one.containerPath === path);
  const written = mount === undefined ? "" : await files.lastWords(mount.hostPath);
  if (written !== "" || message !== "") return written + message;
  const fallsBack = annotations[terminationMessagePolicyAnnotation] === "FallbackToLogsOnError";
  return fallsBack && exitCode !== 0 && logPath !== "" ? files.endOfLog(logPath) : "";
}
