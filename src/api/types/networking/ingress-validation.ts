/** Validation of ingresses and their classes. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { dnsLabel, dnsSubdomain, domainPrefixedPath, wildcardSubdomain } from "../../names/dns.ts";
import { ip, parseIp } from "../../names/ip.ts";
import { label1035Name, pathSegmentName } from "../../names/object-name.ts";
import { portName, portNumber } from "../../names/port.ts";
import type { HTTPIngressPath, Ingress, IngressBackend, IngressClass, IngressRule } from "./ingress.ts";

const pathTypes = ["Exact", "ImplementationSpecific", "Prefix"];
/** Sequences that paths with a meaning may not have: they could mean another path. */
const ambiguous = ["//", "/./", "/../", "%2f", "%2F"];
const ambiguousEnds = ["/..", "/."];
const maxControllerBytes = 250;
const classAnnotation = "kubernetes.io/ingress.class";

export function validateIngress(ingress: Ingress, errors: FieldErrors): void {
  validateSpec(ingress, errors);
  if (
    ingress.metadata.annotations?.[classAnnotation] !== undefined &&
    ingress.spec.ingressClassName !== undefined
  ) {
    errors.invalid(
      `metadata.annotations.${classAnnotation}`,
      "",
      "can not be set when the class field is also set",
    );
  }
}

export function validateIngressUpdate(ingress: Ingress, _old: Ingress, errors: FieldErrors): void {
  validateSpec(ingress, errors);
}

function validateSpec({ spec }: Ingress, errors: FieldErrors): void {
  const rules = spec.rules ?? [];
  if (rules.length === 0 && spec.defaultBackend === undefined) {
    errors.invalid("spec", rules, "either `defaultBackend` or `rules` must be specified");
  }
  if (spec.defaultBackend) validateBackend(spec.defaultBackend, "spec.defaultBackend", errors);
  for (const [i, rule] of rules.entries()) validateRule(rule, at("spec.rules", i), errors);
  for (const [i, { hosts = [], secretName }] of (spec.tls ?? []).entries()) {
    const path = at("spec.tls", i);
    for (const [j, host] of hosts.entries()) validateHost(host, at(at(path, "hosts"), j), errors);
    if (secretName) errors.invalidEach(at(path, "secretName"), secretName, dnsSubdomain(secretName));
  }
  if (spec.ingressClassName !== undefined) {
    errors.invalidEach("spec.ingressClassName", spec.ingressClassName, dnsSubdomain(spec.ingressClassName));
  }
}

function validateHost(host: string, path: string, errors: FieldErrors): void {
  errors.invalidEach(path, host, host.includes("*") ? wildcardSubdomain(host) : dnsSubdomain(host));
}

function validateRule(rule: IngressRule, path: string, errors: FieldErrors): void {
  const host = rule.host ?? "";
  if (host !== "") {
    if (parseIp(host) !== undefined)
      errors.invalid(at(path, "host"), host, "must be a DNS name, not an IP address");
    validateHost(host, at(path, "host"), errors);
  }
  if (rule.http === undefined) return;
  const paths = at(at(path, "http"), "paths");
  if ((rule.http.paths ?? []).length === 0) errors.required(paths);
  for (const [i, one] of (rule.http.paths ?? []).entries()) validatePath(one, at(paths, i), errors);
}

function validatePath(one: HTTPIngressPath, path: string, errors: FieldErrors): void {
  const { path: text = "", pathType } = one;
  const here = at(path, "path");
  if (!pathType) return errors.required(at(path, "pathType"), "pathType must be specified");
  if (!pathTypes.includes(pathType)) errors.notSupported(at(path, "pathType"), pathType, pathTypes);
  else if (pathType === "ImplementationSpecific") {
    if (text !== "" && !text.startsWith("/")) errors.invalid(here, text, "must be an absolute path");
  } else {
    if (!text.startsWith("/")) errors.invalid(here, text, "must be an absolute path");
    for (const part of ambiguous)
      if (text.includes(part)) errors.invalid(here, text, `must not contain '${part}'`);
    for (const end of ambiguousEnds)
      if (text.endsWith(end)) errors.invalid(here, text, `cannot end with '${end}'`);
  }
  validateBackend(one.backend, at(path, "backend"), errors);
}

function validateBackend(backend: IngressBackend, path: string, errors: FieldErrors): void {
  const { service, resource } = backend;
  if (service !== undefined && resource !== undefined)
    return errors.invalid(path, "", "cannot set both resource and service backends");
  if (resource !== undefined) {
    if (resource.kind === "") errors.required(at(at(path, "resource"), "kind"));
    if (resource.name === "") errors.required(at(at(path, "resource"), "name"));
    return;
  }
  if (service === undefined) return errors.invalid(path, "", "must have a service or resource backend");
  const here = at(path, "service");
  if (service.name === "") errors.required(at(here, "name"));
  else errors.invalidEach(at(here, "name"), service.name, label1035Name(service.name, false));
  const { name = "", number = 0 } = service.port ?? {};
  if (name !== "" && number !== 0) errors.invalid(path, "", "cannot set both port name & port number");
  else if (name !== "") errors.invalidEach(at(at(here, "port"), "name"), name, portName(name));
  else if (number !== 0) errors.invalidEach(at(at(here, "port"), "number"), number, portNumber(number));
  else errors.required(path, "port name or number is required");
}

export function validateIngressStatus({ status }: Ingress, _old: Ingress, errors: FieldErrors): void {
  for (const [i, { ip: address, hostname }] of (status.loadBalancer?.ingress ?? []).entries()) {
    const path = at("status.loadBalancer.ingress", i);
    if (address) errors.invalidEach(at(path, "ip"), address, ip(address));
    if (!hostname) continue;
    errors.invalidEach(at(path, "hostname"), hostname, dnsSubdomain(hostname));
    if (parseIp(hostname) !== undefined)
      errors.invalid(at(path, "hostname"), hostname, "must be a name, not an address");
  }
}

export function validateIngressClass({ spec }: IngressClass, errors: FieldErrors): void {
  const { controller = "", parameters } = spec;
  const path = "spec.controller";
  if (controller.length > maxControllerBytes) errors.tooLong(path, maxControllerBytes);
  if (controller === "") errors.required(path);
  else errors.invalidEach(path, controller, domainPrefixedPath(controller));
  if (parameters === undefined) return;
  validateParameters(parameters, "spec.parameters", errors);
}

function validateParameters(
  parameters: NonNullable<IngressClass["spec"]["parameters"]>,
  path: string,
  errors: FieldErrors,
): void {
  const { apiGroup, kind, name, scope, namespace } = parameters;
  if (apiGroup !== undefined) errors.invalidEach(at(path, "apiGroup"), apiGroup, dnsSubdomain(apiGroup));
  for (const [field, value] of Object.entries({ kind, name })) {
    if (value === "") errors.required(at(path, field));
    else errors.invalidEach(at(path, field), value, pathSegmentName(value, false));
  }
  const scopes = ["Cluster", "Namespace"];
  if (scope === null || scope === undefined) errors.required(at(path, "scope"));
  else if (!scopes.includes(scope)) errors.notSupported(at(path, "scope"), scope, scopes);
  else if (scope === "Namespace") {
    if (namespace === undefined)
      errors.required(at(path, "namespace"), "`parameters.scope` is set to 'Namespace'");
    else errors.invalidEach(at(path, "namespace"), namespace, dnsLabel(namespace));
  } else if (namespace !== undefined)
    errors.forbidden(at(path, "namespace"), "`parameters.scope` is set to 'Cluster'");
}

export function validateIngressClassUpdate(one: IngressClass, old: IngressClass, errors: FieldErrors): void {
  validateIngressClass(one, errors);
  if ((one.spec.controller ?? "") !== (old.spec.controller ?? "")) {
    errors.invalid("spec.controller", one.spec.controller ?? "", "field is immutable");
  }
}
