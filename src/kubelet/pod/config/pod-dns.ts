/**
 * A pod's resolv.conf by its DNS policy and its own configuration, within the limits that resolvers have: what is beyond
 * them is left out, and said. Pure; upstream's rules.
 */
import type { Pod } from "#api";
import type { DnsConfig } from "../../runtime/config.ts";
import type { NodeDefaults } from "./sandbox-config.ts";

const maxServers = 3;
const maxSearches = 32;
/** A longer domain makes some resolvers abort. */
const maxSearchChars = 255;
const maxSearchLineChars = 2_048;

/** The configuration, and what was left out of it, as events tell it. */
export interface PodDns {
  readonly config: DnsConfig;
  readonly omissions: readonly string[];
}

export function podDns(
  { spec, metadata }: Pod,
  node: Pick<NodeDefaults, "clusterDns" | "clusterDomain" | "nodeDns">,
): PodDns {
  const base = baseOf(spec.dnsPolicy ?? "ClusterFirst", spec.hostNetwork === true, metadata.namespace, node);
  const { nameservers = [], searches: ownSearches = [], options: ownOptions = [] } = spec.dnsConfig ?? {};
  const options = ownOptions.map(({ name = "", value }) => (value === undefined ? name : `${name}:${value}`));
  const replaced = new Set(options.map(optionName));
  const servers = [...new Set([...base.servers, ...nameservers])];
  const searches = [...new Set([...base.searches, ...ownSearches])];
  const config = {
    servers: servers.slice(0, maxServers),
    searches: fitting(searches),
    options: [...base.options.filter((one) => !replaced.has(optionName(one))), ...options],
  };
  const omissions = [
    ...(config.servers.length < servers.length
      ? [
          "Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: " +
            config.servers.join(" "),
        ]
      : []),
    ...(config.searches.length < searches.length
      ? [
          "Search Line limits were exceeded, some search paths have been omitted, the applied search line is: " +
            config.searches.join(" "),
        ]
      : []),
  ];
  return { config, omissions };
}

/** What the policy alone gives. */
function baseOf(
  policy: string,
  hostNetwork: boolean,
  namespace: string | undefined,
  { clusterDns, clusterDomain, nodeDns }: Pick<NodeDefaults, "clusterDns" | "clusterDomain" | "nodeDns">,
): DnsConfig {
  if (policy === "None") return { servers: [], searches: [], options: [] };
  const cluster = policy === "ClusterFirstWithHostNet" || (policy === "ClusterFirst" && !hostNetwork);
  if (!cluster || clusterDns.length === 0) return nodeDns;
  const own = [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
  return { servers: clusterDns, searches: [...own, ...nodeDns.searches], options: ["ndots:5"] };
}

function fitting(searches: readonly string[]): readonly string[] {
  const kept = searches.slice(0, maxSearches).filter((domain) => domain.length <= maxSearchChars);
  while (kept.join(" ").length > maxSearchLineChars) kept.pop();
  return kept;
}

function optionName(option: string): string {
  return option.split(":", 1)[0] ?? option;
}
