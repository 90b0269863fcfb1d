/** What the command line says of the API server and the cluster's network, in the flags of upstream's programs. */
import type { ApiServerOptions } from "#apiserver";
import { readAdmissionFile, readDisabledPlugins, readTokenConfigMaps } from "./admission-config.ts";
import { parseCount } from "./cluster-options.ts";
import {
  type NetworkRanges,
  parseClusterCidr,
  parseClusterDomain,
  parseNodePortRange,
  parseServiceRange,
} from "./network-ranges.ts";
import { readTokens } from "./token-file.ts";

type Options = Readonly<Record<string, unknown>>;

/** Reads the ranges and names of the network. Throws `bad-option`. */
export function readNetworkRanges(options: Options): NetworkRanges {
  const read = (name: string, field: keyof NetworkRanges, parse: (text: string) => string): NetworkRanges =>
    options[name] === undefined ? {} : { [field]: parse(String(options[name])) };
  return {
    ...read("serviceClusterIpRange", "serviceRange", parseServiceRange),
    ...read("serviceNodePortRange", "nodePortRange", parseNodePortRange),
    ...read("clusterCidr", "clusterCidr", parseClusterCidr),
    ...read("clusterDomain", "clusterDomain", parseClusterDomain),
  };
}

/** Absent: as kube-apiserver's defaults. */
export type ApiServerSettings = Pick<
  ApiServerOptions,
  "tokens" | "podSecurity" | "disabledPlugins" | "tokenConfigMaps" | "allowAnonymous" | "inFlight" | "issuer"
>;

const maxRequests = 100_000;

/** Reads the options by their names on the command line. Throws `bad-option`. */
export function readApiServerSettings(options: Options): ApiServerSettings {
  const said = (name: string): string => String(options[name] ?? "");
  const podSecurity =
    said("admissionControlConfigFile") === ""
      ? undefined
      : readAdmissionFile(said("admissionControlConfigFile"));
  const issuer = said("serviceAccountIssuer");
  return {
    disabledPlugins: readDisabledPlugins(said("enableAdmissionPlugins"), said("disableAdmissionPlugins")),
    tokenConfigMaps: readTokenConfigMaps(said("serviceAccountConfigMaps")),
    allowAnonymous: said("anonymousAuth") !== "false",
    inFlight: {
      ...count("--max-requests-inflight", said("maxRequestsInflight"), "reads"),
      ...count("--max-mutating-requests-inflight", said("maxMutatingRequestsInflight"), "writes"),
    },
    ...(podSecurity === undefined ? {} : { podSecurity }),
    ...(issuer === "" ? {} : { issuer }),
    ...(said("tokenAuthFile") === "" ? {} : { tokens: readTokens(said("tokenAuthFile")) }),
  };
}

/** 0 is no bound. */
function count(option: string, text: string, field: "reads" | "writes"): object {
  return text === "" ? {} : { [field]: parseCount(option, text, maxRequests) || Number.POSITIVE_INFINITY };
}
