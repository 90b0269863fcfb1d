/** The downward API: fields of the pod and resources of its containers as text. */
import { type Container, type core, type Pod, Quantity } from "#api";
import { StartError } from "../start-error.ts";

export interface DownwardInput {
  readonly pod: Pod;
  readonly container: Container | core.EphemeralContainer;
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
  readonly allocatable: Readonly<Record<string, string>>;
}

/** `metadata.labels['app']` and the like; several lines for whole maps. */
export function podField(
  path: string,
  { pod, podIPs, hostIPs }: Omit<DownwardInput, "container" | "allocatable">,
): string {
  const { metadata, spec } = pod;
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (subscript !== null) {
    const map = subscript[1] === "labels" ? metadata.labels : metadata.annotations;
    return map?.[subscript[2] ?? ""] ?? "";
  }
  switch (path) {
    case "metadata.name":
      return metadata.name ?? "";
    case "metadata.namespace":
      return metadata.namespace ?? "";
    case "metadata.uid":
      return metadata.uid ?? "";
    case "metadata.labels":
      return lines(metadata.labels);
    case "metadata.annotations":
      return lines(metadata.annotations);
    case "spec.nodeName":
      return spec.nodeName ?? "";
    case "spec.serviceAccountName":
      return spec.serviceAccountName ?? "";
    case "status.hostIP":
      return hostIPs[0] ?? "";
    case "status.hostIPs":
      return hostIPs.join(",");
    case "status.podIP":
      return podIPs[0] ?? "";
    case "status.podIPs":
      return podIPs.join(",");
    default:
      throw new StartError("CreateContainerConfigError", `unsupported fieldPath: ${path}`);
  }
}

/** `limits.cpu` in units of the divisor, rounded up; a missing limit is the pod's own, or else the node's allocatable. */
export function containerResource(selector: core.ResourceFieldSelector, input: DownwardInput): string {
  const all = [...(input.pod.spec.initContainers ?? []), ...input.pod.spec.containers];
  const name = selector.containerName ?? "";
  const container = name === "" ? input.container : all.find((one) => one.name === name);
  const [list, resource = ""] = splitOnce(selector.resource);
  const lists = container?.resources;
  if (lists === undefined || (list !== "limits" && list !== "requests")) {
    throw new StartError(
      "CreateContainerConfigError",
      `unsupported container resource: ${selector.resource}`,
    );
  }
  const bounds = { ...input.allocatable, ...input.pod.spec.resources?.limits };
  const text = lists[list]?.[resource] ?? (list === "limits" ? bounds[resource] : undefined) ?? "0";
  const divisor = Quantity.parse(selector.divisor ?? "1");
  const unit = divisor.nanos > 0n ? divisor.nanos : 1_000_000_000n;
  const { nanos } = Quantity.parse(text);
  return String((nanos + unit - 1n) / unit);
}

function splitOnce(path: string): readonly string[] {
  const dot = path.indexOf(".");
  return dot === -1 ? [path] : [path.slice(0, dot), path.slice(dot + 1)];
}

function lines(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join("\n");
}
