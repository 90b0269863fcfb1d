/** `navarch apiserver`: a bare API server, for clients that bring their own controllers. */
import { parseListen, parseNodePortRange, parseServiceRange, runApiServer } from "#cluster";
import type { CliCommand } from "../command.ts";
import { runRole } from "../run-role.ts";

export const apiserver: CliCommand = {
  name: "apiserver",
  summary: "run only the API server",
  describe(command) {
    command
      .requiredOption("--data <DIR>", "where state, certificates and the components' kubeconfigs live")
      .option("--listen <ADDR:PORT>", "where to listen", "127.0.0.1:6443")
      .option("--advertise-address <ADDR>", "an address of this machine that pods reach: listen there too")
      .option("--kubeconfig <FILE>", "where the administrator's kubeconfig goes (default: <DIR>/admin.conf)")
      .option(
        "--etcd-servers <URLS>",
        "keep the state in this etcd, addresses with commas between (default: in <DIR>)",
      )
      .option("--token-auth-file <FILE>", 'static bearer tokens, lines of TOKEN,USER,UID,"GROUPS"')
      .option(
        "--service-cluster-ip-range <CIDRS>",
        "where Services get addresses from; one range of each IP family makes services dual-stack",
        "10.96.0.0/12",
      )
      .option("--service-node-port-range <RANGE>", "where node ports come from", "30000-32767")
      .option("--kubelet <NAME...>", "nodes to write a kubeconfig for", []);
  },
  run(options, _args, terminal) {
    return runRole(terminal, (signal) =>
      runApiServer(
        {
          dataDir: String(options["data"]),
          listen: parseListen(String(options["listen"])),
          kubeconfig: options["kubeconfig"] as string | undefined,
          etcdServers: ((options["etcdServers"] as string | undefined) ?? "")
            .split(",")
            .filter((url) => url !== ""),
          advertise: options["advertiseAddress"] as string | undefined,
          tokenAuthFile: options["tokenAuthFile"] as string | undefined,
          nodes: options["kubelet"] as readonly string[],
          ranges: {
            serviceRange: parseServiceRange(String(options["serviceClusterIpRange"])),
            nodePortRange: parseNodePortRange(String(options["serviceNodePortRange"])),
          },
        },
        signal,
      ),
    );
  },
};
