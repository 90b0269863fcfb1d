/** `--node MODE`: what runs pods; of every command that runs a node. */
import { Option } from "commander";
import type { NodeMode } from "#cluster";

export function nodeOption(otherwise: NodeMode): Option {
  return new Option("--node <MODE>", "what runs pods")
    .choices(["auto", "real", "virtual"])
    .default(otherwise);
}
