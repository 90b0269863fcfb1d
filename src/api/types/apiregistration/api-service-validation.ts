/** Validation of API services: named `<version>.<group>`, local ones without a server. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { dns1035Label, dnsSubdomain } from "../../names/dns.ts";
import { portNumber } from "../../names/port.ts";
import type { APIService } from "./api-service.ts";

const maxGroupPriority = 20_000;
const maxVersionPriority = 1000;
const conditionStatuses = ["True", "False", "Unknown"];

export function validateApiService({ metadata, spec }: APIService, errors: FieldErrors): void {
  const { group = "", version = "", service } = spec;
  const name = metadata.name ?? "";
  const wanted = `${version}.${group}`;
  if (name !== "" && name !== wanted)
    errors.invalid("metadata.name", name, `must be "<spec.version>.<spec.group>", which is "${wanted}"`);
  if (group === "" && version !== "v1")
    errors.required("spec.group", "only v1 may have an empty group and it better be legacy kube");
  if (group !== "") errors.invalidEach("spec.group", group, dnsSubdomain(group));
  errors.invalidEach("spec.version", version, dns1035Label(version));
  validatePriority(spec.groupPriorityMinimum, "spec.groupPriorityMinimum", maxGroupPriority, errors);
  validatePriority(spec.versionPriority, "spec.versionPriority", maxVersionPriority, errors);
  if (service === undefined) {
    if (spec.caBundle)
      errors.invalid(
        "spec.caBundle",
        `${spec.caBundle.length} bytes`,
        "local APIServices may not have a caBundle",
      );
    if (spec.insecureSkipTLSVerify) {
      errors.invalid(
        "spec.insecureSkipTLSVerify",
        true,
        "local APIServices may not have insecureSkipTLSVerify",
      );
    }
    return;
  }
  if (!service.namespace) errors.required("spec.service.namespace");
  if (!service.name) errors.required("spec.service.name");
  if (service.port !== undefined)
    errors.invalidEach("spec.service.port", service.port, portNumber(service.port));
  if (spec.insecureSkipTLSVerify && spec.caBundle) {
    errors.invalid("spec.insecureSkipTLSVerify", true, "may not be true if caBundle is present");
  }
}

export function validateApiServiceStatus({ status }: APIService, errors: FieldErrors): void {
  for (const [i, condition] of (status.conditions ?? []).entries()) {
    if (!conditionStatuses.includes(condition.status))
      errors.notSupported(at(at("status.conditions", i), "status"), condition.status, conditionStatuses);
  }
}

function validatePriority(value: number, path: string, max: number, errors: FieldErrors): void {
  if (value <= 0 || value > max) errors.invalid(path, value, `must be positive and less than ${max}`);
}
