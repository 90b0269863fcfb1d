/** What every command that runs an API server takes, by the names of upstream's flags. */
import { type Command, Option } from "commander";

/** Adds them; `#cluster` reads them. */
export function addServerOptions(command: Command): Command {
  return command
    .option(
      "--service-cluster-ip-range <CIDRS>",
      "where Services get addresses from; one range of each IP family makes services dual-stack",
      "10.96.0.0/12",
    )
    .option("--service-node-port-range <RANGE>", "where node ports come from", "30000-32767")
    .option("--cluster-domain <DOMAIN>", "what names of services end with", "cluster.local")
    .option("--token-auth-file <FILE>", 'static bearer tokens, lines of TOKEN,USER,UID,"GROUPS"')
    .addOption(anonymousAuth())
    .option(
      "--service-account-issuer <URL>",
      "who signs tokens (default: https://kubernetes.default.svc.DOMAIN)",
    )
    .option(
      "--service-account-config-maps <NAME:KEY,...>",
      "keys of ConfigMaps that each pod gets from its namespace as files beside its token; it waits for them",
    )
    .option("--admission-control-config-file <FILE>", "an AdmissionConfiguration, of plug-in PodSecurity")
    .option("--enable-admission-plugins <NAMES>", "plug-ins that run beside those that do anyway")
    .option("--disable-admission-plugins <NAMES>", "plug-ins that do not run, with commas between")
    .option(
      "--max-requests-inflight <N>",
      "requests at once, which the priority levels share; 0: any number",
      "400",
    )
    .option("--max-mutating-requests-inflight <N>", "added to them; 0: any number", "200");
}

function anonymousAuth(): Option {
  const what = "false: callers without credentials are refused, and not system:anonymous";
  return new Option("--anonymous-auth <BOOL>", what).choices(["true", "false"]).default("true");
}
