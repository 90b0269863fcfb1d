/** `navarch apiserver`: a bare API server, for clients that bring their own controllers. */
import {
  checkNodeName,
  dataDirOf,
  flagsOf,
  parseAddress,
  parseListen,
  readApiServerSettings,
  readNetworkRanges,
  runApiServer,
} from "#cluster";
import type { CliCommand } from "../command.ts";
import { runRole } from "../run-role.ts";
import { addServerOptions } from "../server-options.ts";
import { addUpstreamFlags } from "../upstream-flags.ts";

export const apiserver: CliCommand = {
  describe(command) {
    addUpstreamFlags(addServerOptions(command))
      .requiredOption("--data <DIR>", "where state, certificates and the components' kubeconfigs live")
      .option("--listen <ADDR:PORT>", "where to listen", "127.0.0.1:6443")
      .option("--advertise-address <ADDR>", "an address of this machine that pods reach: listen there too")
      .option("--kubeconfig <FILE>", "where the administrator's kubeconfig goes (default: <DIR>/admin.conf)")
      .option(
        "--etcd-servers <URLS>",
        "keep the state in this etcd, addresses with commas between (default: in <DIR>)",
      )
      .option("--kubelet <NAME...>", "nodes to write a kubeconfig for", []);
  },
  async run(options, _args, terminal) {
    const advertise = options["advertiseAddress"] as string | undefined;
    const apiServer = await readApiServerSettings(options);
    return runRole(terminal, (signal) =>
      runApiServer(
        {
          dataDir: dataDirOf("apiserver", String(options["data"])),
          listen: parseListen(String(options["listen"])),
          kubeconfig: options["kubeconfig"] as string | undefined,
          etcdServers: ((options["etcdServers"] as string | undefined) ?? "")
            .split(",")
            .filter((url) => url !== ""),
          advertise: advertise === undefined ? undefined : parseAddress("--advertise-address", advertise),
          nodes: (options["kubelet"] as readonly string[]).map(checkNodeName),
          ranges: readNetworkRanges(options),
          apiServer,
          flags: flagsOf(options),
        },
        signal,
      ),
    );
  },
};
