/**
 * Environment variables that describe Services (`REDIS_SERVICE_HOST`, `REDIS_PORT_6379_TCP_ADDR` ...), as
 * container engines once made them for links. The API's own service is described in every namespace.
 */
import type { Service } from "#api";

/**
 * Sorted by name; later services win. `own` are those of the pod's namespace, or none when it wants no
 * links.
 */
export function serviceVariables(
  own: readonly Service[],
  kubernetes: Service | undefined,
): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const service of kubernetes === undefined ? own : [kubernetes, ...own]) {
    const ip = service.spec.clusterIP;
    const ports = service.spec.ports ?? [];
    const first = ports[0];
    if (ip === undefined || ip === "" || ip === "None" || first === undefined) continue;
    const prefix = upper(service.metadata.name ?? "");
    const host = ip.includes(":") ? `[${ip}]` : ip;
    variables.set(`${prefix}_SERVICE_HOST`, ip);
    variables.set(`${prefix}_SERVICE_PORT`, String(first.port));
    for (const port of ports) {
      if (port.name !== undefined && port.name !== "") {
        variables.set(`${prefix}_SERVICE_PORT_${upper(port.name)}`, String(port.port));
      }
      const protocol = (port.protocol ?? "TCP").toLowerCase();
      const url = `${protocol}://${host}:${port.port}`;
      const portPrefix = `${prefix}_PORT_${port.port}_${protocol.toUpperCase()}`;
      if (port === first) variables.set(`${prefix}_PORT`, url);
      variables.set(portPrefix, url);
      variables.set(`${portPrefix}_PROTO`, protocol);
      variables.set(`${portPrefix}_PORT`, String(port.port));
      variables.set(`${portPrefix}_ADDR`, ip);
    }
  }
  return variables;
}

function upper(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}
