/** `--kubelet-config FILE`: a KubeletConfiguration for the machine's node. */
import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { messageOf } from "#base";
import { type ConfiguredOptions, readConfiguration } from "#kubelet";
import { ClusterError } from "./errors.ts";

/** Throws `bad-option`. */
export function readKubeletConfig(file: string): ConfiguredOptions {
  try {
    return readConfiguration(load(readFileSync(file, "utf8")));
  } catch (error) {
    const message = `Cannot use kubelet configuration "${file}": ${messageOf(error)}`;
    throw new ClusterError("bad-option", message, "Correct the file, or leave out --kubelet-config.", {
      cause: error,
    });
  }
}
