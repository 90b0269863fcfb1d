/** Validation of Endpoints: subsets of addresses and ports. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { dnsLabel, dnsSubdomain } from "../../names/dns.ts";
import { endpointIp, ip } from "../../names/ip.ts";
import { portNumber } from "../../names/port.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import type { EndpointAddress, EndpointPort, Endpoints, EndpointSubset } from "./endpoints.ts";

const protocols = ["SCTP", "TCP", "UDP"];

export function validateEndpoints(endpoints: Endpoints, errors: FieldErrors): void {
  for (const [i, subset] of (endpoints.subsets ?? []).entries())
    validateSubset(subset, at("subsets", i), errors);
}

function validateSubset(subset: EndpointSubset, path: string, errors: FieldErrors): void {
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  if (addresses.length + notReadyAddresses.length === 0) {
    errors.required(path, "must specify `addresses` or `notReadyAddresses`");
  }
  for (const [i, address] of addresses.entries())
    validateAddress(address, at(at(path, "addresses"), i), errors);
  for (const [i, address] of notReadyAddresses.entries()) {
    validateAddress(address, at(at(path, "notReadyAddresses"), i), errors);
  }
  for (const [i, port] of ports.entries()) {
    validatePort(port, at(at(path, "ports"), i), errors, { named: ports.length > 1 });
  }
}

function validateAddress(address: EndpointAddress, path: string, errors: FieldErrors): void {
  errors.invalidEach(at(path, "ip"), address.ip, ip(address.ip));
  if (address.hostname)
    errors.invalidEach(at(path, "hostname"), address.hostname, dnsLabel(address.hostname));
  if (address.nodeName !== undefined) {
    errors.invalidEach(at(path, "nodeName"), address.nodeName, dnsSubdomain(address.nodeName));
  }
  errors.invalidEach(at(path, "ip"), address.ip, endpointIp(address.ip));
}

function validatePort(
  port: EndpointPort,
  path: string,
  errors: FieldErrors,
  rules: { readonly named: boolean },
): void {
  if (port.name) errors.invalidEach(at(path, "name"), port.name, dnsLabel(port.name));
  else if (rules.named) errors.required(at(path, "name"));
  errors.invalidEach(at(path, "port"), port.port, portNumber(port.port));
  if (!port.protocol) errors.required(at(path, "protocol"));
  else if (!protocols.includes(port.protocol))
    errors.notSupported(at(path, "protocol"), port.protocol, protocols);
  if (port.appProtocol !== undefined) {
    errors.invalidEach(at(path, "appProtocol"), port.appProtocol, qualifiedName(port.appProtocol));
  }
}
