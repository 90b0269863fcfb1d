/**
 * Validation of a pod's volumes: each has one source, whose own rules are a table by field. Some sources
 * report under upstream's older names (`persistentDisk`).
 */
import { at, type FieldErrors } from "../../field-errors.ts";
import { dnsLabel, dnsSubdomain } from "../../names/dns.ts";
import { subdomainName } from "../../names/object-name.ts";
import { Quantity } from "../../quantity.ts";
import type { ObjectMeta } from "../meta/object-meta.ts";
import { validateClaimTemplate } from "./persistent-volume-claim-validation.ts";
import { validateFileMode, validateItems, validateProjected } from "./projected-volume-validation.ts";
import { networkRules } from "./network-volume-validation.ts";
import type { KnownVolumes } from "./volume-mount-validation.ts";
import { validateFieldItems } from "./downward-api-validation.ts";
import { noBacksteps, relativePath } from "../../names/file-path.ts";
import type { Volume, VolumeSource } from "./volume.ts";
import type { HostPathVolumeSource } from "./volume-source.ts";

export interface VolumeContext {
  readonly name: string;
  /** Of the pod; absent for templates. */
  readonly podName: string | undefined;
}

export type SourceRules = {
  readonly [K in keyof VolumeSource]?: (
    source: NonNullable<VolumeSource[K]>,
    path: string,
    errors: FieldErrors,
    context: VolumeContext,
  ) => void;
};

const hostPathTypes = [
  "",
  "BlockDevice",
  "CharDevice",
  "Directory",
  "DirectoryOrCreate",
  "File",
  "FileOrCreate",
  "Socket",
];
const pullPolicies = ["Always", "IfNotPresent", "Never"];

export function hostPathRule(source: HostPathVolumeSource, path: string, errors: FieldErrors): void {
  if (source.path === "") return errors.required(at(path, "path"));
  errors.invalidEach(at(path, "path"), source.path, noBacksteps(source.path));
  const type = source.type ?? "";
  if (!hostPathTypes.includes(type)) errors.notSupported(at(path, "type"), type, hostPathTypes);
}

const localRules: SourceRules = {
  hostPath: hostPathRule,
  emptyDir(source, path, errors) {
    const { sizeLimit, medium = "" } = source;
    if (sizeLimit !== undefined && Quantity.parse(sizeLimit).sign < 0) {
      errors.forbidden(at(path, "sizeLimit"), "must not be negative");
    }
    if (medium !== "" && medium !== "Memory" && !medium.startsWith("HugePages")) {
      errors.notSupported(at(path, "medium"), medium, ["", "HugePages", "Memory"]);
    }
  },
  gitRepo(source, path, errors) {
    if (source.repository === "") errors.required(at(path, "repository"));
    if (source.directory)
      errors.invalidEach(at(path, "directory"), source.directory, relativePath(source.directory));
  },
  secret(source, path, errors) {
    if (!source.secretName) errors.required(at(path, "secretName"));
    validateFileMode(source.defaultMode, at(path, "defaultMode"), errors);
    validateItems(source.items, at(path, "items"), errors);
  },
  configMap(source, path, errors) {
    if (!source.name) errors.required(at(path, "name"));
    validateFileMode(source.defaultMode, at(path, "defaultMode"), errors);
    validateItems(source.items, at(path, "items"), errors);
  },
  downwardAPI(source, path, errors) {
    validateFileMode(source.defaultMode, at(path, "defaultMode"), errors);
    validateFieldItems(source.items, path, errors);
  },
  projected: validateProjected,
  persistentVolumeClaim(source, path, errors) {
    if (source.claimName === "") errors.required(at(path, "claimName"));
  },
  ephemeral(source, path, errors, context) {
    const here = at(path, "volumeClaimTemplate");
    if (source.volumeClaimTemplate === undefined) errors.required(here);
    else validateClaimTemplate(source.volumeClaimTemplate, here, errors);
    if (!context.podName || context.name === "") return;
    const claim = `${context.podName}-${context.name}`;
    errors.invalidEach(
      at(path.slice(0, path.lastIndexOf(".")), "name"),
      context.name,
      subdomainName(claim, false),
    );
  },
  csi(source, path, errors) {
    validateDriverName(source.driver, at(path, "driver"), errors);
    const secret = source.nodePublishSecretRef;
    if (secret !== undefined && !secret.name) errors.required(at(at(path, "nodePublishSecretRef"), "name"));
  },
  image(source, path, errors) {
    if (!source.reference) errors.required(at(path, "reference"));
    const policy = source.pullPolicy ?? "";
    if (!pullPolicies.includes(policy)) errors.notSupported(at(path, "pullPolicy"), policy, pullPolicies);
  },
};

const rules: SourceRules = { ...localRules, ...networkRules };
const reportedAs: Readonly<Record<string, string>> = { gcePersistentDisk: "persistentDisk" };

/** A CSI driver's name: a subdomain of at most 63 bytes. */
export function validateDriverName(driver: string, path: string, errors: FieldErrors): void {
  if (driver === "") return errors.required(path);
  if (driver.length > 63) errors.tooLong(path, 63);
  errors.invalidEach(path, driver, dnsSubdomain(driver.toLowerCase()));
}

/** The valid volumes by name, for the mounts to find. */
export function validateVolumes(
  volumes: readonly Volume[] | undefined,
  meta: ObjectMeta | undefined,
  path: string,
  errors: FieldErrors,
): KnownVolumes {
  const known = new Map<string, Volume>();
  for (const [i, volume] of (volumes ?? []).entries()) {
    const here = at(path, i);
    const before = errors.list.length;
    validateSource(volume, here, errors, { name: volume.name, podName: meta?.name });
    if (volume.name === "") errors.required(at(here, "name"));
    else errors.invalidEach(at(here, "name"), volume.name, dnsLabel(volume.name));
    if (known.has(volume.name)) errors.duplicate(at(here, "name"), volume.name);
    if (errors.list.length === before) known.set(volume.name, volume);
  }
  return known;
}

/** Fields stand in the order of the table, in which the first source is the one that counts. */
function validateSource(volume: Volume, path: string, errors: FieldErrors, context: VolumeContext): void {
  let count = 0;
  for (const field of Object.keys(volume) as (keyof VolumeSource)[]) {
    const rule = Object.hasOwn(rules, field) ? rules[field] : undefined;
    const source = volume[field];
    if (rule === undefined || source === undefined) continue;
    const here = at(path, reportedAs[field] ?? field);
    if (++count > 1) errors.forbidden(here, "may not specify more than 1 volume type");
    // The table pairs each field with the rule of its type, which the compiler cannot follow through a loop.
    else (rule as (...args: unknown[]) => void)(source, here, errors, context);
  }
  if (count === 0) errors.required(path, "must specify a volume type");
}
