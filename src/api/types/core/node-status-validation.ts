/** Validation of what a node tells of itself: the features it declares, and where its configuration came from. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { dnsLabel, dnsSubdomain } from "../../names/dns.ts";
import { byteLength, type Check } from "../../names/check.ts";
import { configMapKey } from "../../names/qualified-name.ts";
import type { ConfigMapNodeConfigSource, NodeConfigSource, NodeConfigStatus } from "./node.ts";

const maxNameBytes = 253;
const featureName = /^[A-Z][A-Za-z0-9]*(\/[A-Za-z0-9]+)*$/;

/** Sorted, each once. */
export function validateDeclaredFeatures(features: readonly string[], errors: FieldErrors): void {
  for (const [i, feature] of features.entries()) {
    const path = at("status.declaredFeatures", i);
    const previous = features[i - 1];
    if (byteLength(feature) > maxNameBytes || !featureName.test(feature))
      errors.invalid(
        path,
        feature,
        "must be words in camel case, parted by '/', such as MyFeature/mySubFeature",
      );
    if (feature === previous) errors.duplicate(path, feature);
    else if (previous !== undefined && feature < previous)
      errors.invalid(path, feature, "list must be sorted alphabetically");
  }
}

/** Of dynamic configuration, which is no more. */
export function validateConfigSources(config: NodeConfigStatus, errors: FieldErrors): void {
  for (const name of ["assigned", "active", "lastKnownGood"] as const) {
    const source = config[name];
    const path = at("status.config", name);
    if (source?.configMap !== undefined) {
      const here = at(path, "configMap");
      for (const field of ["uid", "resourceVersion"] as const)
        if (!source.configMap[field]) errors.required(at(here, field));
      validateConfigMap(source.configMap, here, errors);
    } else if (source !== undefined)
      errors.invalid(path, source, "exactly one reference subfield must be set");
  }
}

/** What a node is asked to take: one map, in whichever version there is. */
export function validateConfigSource(source: NodeConfigSource | undefined, errors: FieldErrors): void {
  const path = "spec.configSource";
  if (source === undefined) return;
  const { configMap } = source;
  if (configMap === undefined)
    return errors.invalid(path, source, "exactly one reference subfield must be set");
  for (const field of ["uid", "resourceVersion"] as const)
    if (configMap[field])
      errors.forbidden(at(at(path, "configMap"), field), `${field} must not be set in spec`);
  validateConfigMap(configMap, at(path, "configMap"), errors);
}

function validateConfigMap(source: ConfigMapNodeConfigSource, path: string, errors: FieldErrors): void {
  const checks: readonly (readonly [keyof ConfigMapNodeConfigSource & string, Check])[] = [
    ["namespace", dnsLabel],
    ["name", dnsSubdomain],
    ["kubeletConfigKey", configMapKey],
  ];
  for (const [field, check] of checks) {
    const value = source[field];
    if (!value) errors.required(at(path, field));
    else errors.invalidEach(at(path, field), value, check(String(value)));
  }
}
