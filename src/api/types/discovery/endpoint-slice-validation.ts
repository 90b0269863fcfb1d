/** Validation of endpoint slices: addresses of one type, ports, topology hints, and their limits. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { dnsLabel, dnsSubdomain } from "../../names/dns.ts";
import { endpointIp, ip, isIpv6 } from "../../names/ip.ts";
import { labelValue, qualifiedName } from "../../names/qualified-name.ts";
import { validateImmutable } from "../meta/immutable-validation.ts";
import { validateLabels } from "../meta/object-meta-validation.ts";
import { type Endpoint, type EndpointHints, type EndpointPort, EndpointSlice } from "./endpoint-slice.ts";

const addressTypes = ["FQDN", "IPv4", "IPv6"];
const protocols = ["SCTP", "TCP", "UDP"];
const maxEndpoints = 1000;
const maxPorts = 20_000;
const maxAddresses = 100;
const maxTopology = 16;
const maxZoneHints = 8;

export function validateEndpointSlice(slice: EndpointSlice, errors: FieldErrors): void {
  const { addressType } = slice;
  if (addressType === "") errors.required("addressType");
  else if (!addressTypes.includes(addressType)) errors.notSupported("addressType", addressType, addressTypes);
  else validateEndpoints(slice.endpoints ?? [], addressType, errors);
  validatePorts(slice.ports ?? [], errors);
}

export function validateEndpointSliceUpdate(
  slice: EndpointSlice,
  old: EndpointSlice,
  errors: FieldErrors,
): void {
  validateEndpointSlice(slice, errors);
  validateImmutable(EndpointSlice, ["addressType"], slice, old, "", errors);
}

function validateEndpoints(endpoints: readonly Endpoint[], type: string, errors: FieldErrors): void {
  if (endpoints.length > maxEndpoints) return errors.tooMany("endpoints", endpoints.length, maxEndpoints);
  for (const [i, endpoint] of endpoints.entries())
    validateEndpoint(endpoint, type, at("endpoints", i), errors);
}

function validateEndpoint(endpoint: Endpoint, type: string, path: string, errors: FieldErrors): void {
  const addresses = endpoint.addresses ?? [];
  const list = at(path, "addresses");
  if (addresses.length === 0) errors.required(list, "must contain at least 1 address");
  else if (addresses.length > maxAddresses) errors.tooMany(list, addresses.length, maxAddresses);
  for (const [i, address] of addresses.entries()) validateAddress(address, type, at(list, i), errors);
  if (endpoint.nodeName !== undefined) {
    errors.invalidEach(at(path, "nodeName"), endpoint.nodeName, dnsSubdomain(endpoint.nodeName));
  }
  const topology = endpoint.deprecatedTopology ?? {};
  if (Object.keys(topology).length > maxTopology) {
    errors.tooMany(at(path, "deprecatedTopology"), Object.keys(topology).length, maxTopology);
  }
  validateLabels(topology, at(path, "deprecatedTopology"), errors);
  if (endpoint.hostname !== undefined) {
    errors.invalidEach(at(path, "hostname"), endpoint.hostname, dnsLabel(endpoint.hostname));
  }
  if (endpoint.hints) validateHints(endpoint.hints, at(path, "hints"), errors);
}

function validateAddress(address: string, type: string, path: string, errors: FieldErrors): void {
  if (type === "FQDN") return errors.invalidEach(path, address, dnsSubdomain(address));
  const complaints = ip(address);
  if (complaints.length > 0) return errors.invalidEach(path, address, complaints);
  if (isIpv6(address) !== (type === "IPv6"))
    return errors.invalid(path, address, `must be an ${type} address`);
  errors.invalidEach(path, address, endpointIp(address));
}

function validateHints(hints: EndpointHints, path: string, errors: FieldErrors): void {
  for (const kind of ["forZones", "forNodes"] as const) {
    const list = at(path, kind);
    const all = hints[kind] ?? [];
    if (all.length > maxZoneHints) {
      errors.tooMany(list, all.length, maxZoneHints);
      continue;
    }
    const seen = new Set<string>();
    for (const [i, { name }] of all.entries()) {
      const here = at(at(list, i), "name");
      if (seen.has(name)) errors.duplicate(here, name);
      seen.add(name);
      errors.invalidEach(here, name, kind === "forZones" ? labelValue(name) : dnsSubdomain(name));
    }
  }
}

function validatePorts(ports: readonly EndpointPort[], errors: FieldErrors): void {
  if (ports.length > maxPorts) return errors.tooMany("ports", ports.length, maxPorts);
  const names = new Set<string>();
  for (const [i, port] of ports.entries()) {
    const path = at("ports", i);
    const name = port.name ?? "";
    if (name !== "") errors.invalidEach(at(path, "name"), name, dnsLabel(name));
    if (names.has(name)) errors.duplicate(at(path, "name"), name);
    names.add(name);
    if (!port.protocol) errors.required(at(path, "protocol"));
    else if (!protocols.includes(port.protocol))
      errors.notSupported(at(path, "protocol"), port.protocol, protocols);
    if (port.appProtocol !== undefined) {
      errors.invalidEach(at(path, "appProtocol"), port.appProtocol, qualifiedName(port.appProtocol));
    }
  }
}
