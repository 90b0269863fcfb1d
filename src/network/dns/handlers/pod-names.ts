/** Names of pods by address: `10-244-0-3.default.pod.cluster.local`, IPv6 with dashes for colons. */
import { formatIp, parseIp } from "#api";
import { bare, type DnsHandler } from "../handler.ts";
import { clusterTtlSeconds } from "../limits.ts";
import { labelsOf } from "../name.ts";
import { recordTypes } from "../record.ts";
import { addressData } from "../service-names.ts";

export const podNames: DnsHandler = {
  name: "pod-names",
  answer({ question: { name, type } }, { zone, podNames, hasPod }) {
    const suffix = `.pod.${zone.domain}`;
    if (podNames === "disabled" || !name.endsWith(suffix)) return undefined;
    const labels = labelsOf(name.slice(0, -suffix.length));
    const [dashed = "", namespace = ""] = labels;
    if (labels.length !== 2) return undefined;
    const address = parseIp(dashed.replaceAll("-", ".")) ?? parseIp(dashed.replaceAll("-", ":"));
    if (address === undefined) return undefined;
    if (podNames === "verified" && !hasPod(namespace, formatIp(address))) return undefined;
    const data = addressData(address);
    if (recordTypes[data.type] !== type) return { ...bare("NOERROR", true), authority: zone.soa };
    return { ...bare("NOERROR", true), answers: [{ name, ttlSeconds: clusterTtlSeconds, data }] };
  },
};
