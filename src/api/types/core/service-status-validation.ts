/** Validation of a service's status: where a load balancer is reached. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { dnsSubdomain } from "../../names/dns.ts";
import { ip } from "../../names/ip.ts";
import type { LoadBalancerIngress, Service } from "./service.ts";

const ingressPath = "status.loadBalancer.ingress";
const modes = ["Proxy", "VIP"];

export function validateServiceStatus({ spec, status }: Service, old: Service, errors: FieldErrors): void {
  const ingress = status.loadBalancer?.ingress ?? [];
  if (spec.type !== "LoadBalancer" && ingress.length > 0) {
    errors.forbidden(ingressPath, 'may only be used when `spec.type` is "LoadBalancer"');
    return;
  }
  const kept = new Set((old.status.loadBalancer?.ingress ?? []).map((one) => one.ip));
  for (const [i, one] of ingress.entries()) {
    const path = at(ingressPath, i);
    if (one.ip && !kept.has(one.ip)) errors.invalidEach(at(path, "ip"), one.ip, ip(one.ip));
    validateIngress(one, path, errors);
  }
}

function validateIngress(ingress: LoadBalancerIngress, path: string, errors: FieldErrors): void {
  const { ip: address, ipMode, hostname } = ingress;
  if (address && ipMode === undefined) errors.required(at(path, "ipMode"), "must be given with `ip`");
  if (!address && ipMode !== undefined) errors.forbidden(at(path, "ipMode"), "may only be given with `ip`");
  if (address && ipMode !== undefined && !modes.includes(ipMode))
    errors.notSupported(at(path, "ipMode"), ipMode, modes);
  if (!hostname) return;
  errors.invalidEach(at(path, "hostname"), hostname, dnsSubdomain(hostname));
  if (ip(hostname).length === 0)
    errors.invalid(at(path, "hostname"), hostname, "must be a name, not an address");
}
