/** `--nodeport-addresses CIDRS`, as kube-proxy's; of every command that answers services by sockets. */
import { Option } from "commander";
import { loopbackRanges } from "#cluster";

export function nodePortOption(): Option {
  const what =
    "where services answer by sockets: at this machine's addresses in these ranges, with commas between";
  return new Option("--nodeport-addresses <CIDRS>", what).default(loopbackRanges);
}
