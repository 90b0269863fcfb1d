/** What the command line says of the API server and the cluster's network, in the flags of upstream's programs. */
import type { ApiServerOptions } from "#apiserver";
import { parseCount } from "./cluster-options.ts";
import {
  checkApart,
  type NetworkRanges,
  parseClusterCidr,
  parseClusterDomain,
  parseNodePortRange,
  parseServiceRange,
} from "./network-ranges.ts";

type Options = Readonly<Record<string, unknown>>;

/** Reads the ranges and names of the network. Throws `bad-option`. */
export function readNetworkRanges(options: Options): NetworkRanges {
  const read = (name: string, field: keyof NetworkRanges, parse: (text: string) => string): NetworkRanges =>
    options[name] === undefined ? {} : { [field]: parse(String(options[name])) };
  const ranges = {
    ...read("serviceClusterIpRange", "serviceRange", parseServiceRange),
    ...read("serviceNodePortRange", "nodePortRange", parseNodePortRange),
    ...read("clusterCidr", "clusterCidr", parseClusterCidr),
    ...read("clusterDomain", "clusterDomain", parseClusterDomain),
  };
  checkApart(ranges);
  return ranges;
}

/** Absent: as kube-apiserver's defaults. */
export type ApiServerSettings = Pick<
  ApiServerOptions,
  "tokens" | "podSecurity" | "disabledPlugins" | "tokenConfigMaps" | "allowAnonymous" | "inFlight" | "issuer"
>;

const maxRequests = 100_000;

const ofAdmission = [
  "admissionControlConfigFile",
  "enableAdmissionPlugins",
  "disableAdmissionPlugins",
  "serviceAccountConfigMaps",
];

/** Reads the options by their names on the command line; what is seldom said is loaded when it is. Rejects with `bad-option`. */
export async function readApiServerSettings(options: Options): Promise<ApiServerSettings> {
  const said = (name: string): string => String(options[name] ?? "");
  const issuer = said("serviceAccountIssuer");
  const tokens = said("tokenAuthFile");
  return {
    ...(ofAdmission.every((name) => said(name) === "")
      ? {}
      : (await import("./admission-config.ts")).readAdmission(said)),
    allowAnonymous: said("anonymousAuth") !== "false",
    inFlight: {
      ...count("--max-requests-inflight", said("maxRequestsInflight"), "reads"),
      ...count("--max-mutating-requests-inflight", said("maxMutatingRequestsInflight"), "writes"),
    },
    ...(issuer === "" ? {} : { issuer }),
    ...(tokens === "" ? {} : { tokens: (await import("./token-file.ts")).readTokens(tokens) }),
  };
}

/** 0 is no bound. */
function count(option: string, text: string, field: "reads" | "writes"): object {
  return text === "" ? {} : { [field]: parseCount(option, text, maxRequests) || Number.POSITIVE_INFINITY };
}
