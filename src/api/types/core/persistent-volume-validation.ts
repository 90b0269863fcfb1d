/** Validation of persistent volumes: what they hold, one source, and where they can be reached. */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import { dnsSubdomain } from "../../names/dns.ts";
import { noBacksteps } from "../../names/file-path.ts";
import { Quantity } from "../../quantity.ts";
import { sameField } from "../../same-of.ts";
import { validateNodeSelector } from "./affinity-validation.ts";
import {
  networkRules,
  needs,
  validateAzureDisk,
  validateFibreChannel,
  validateFlocker,
  validateIscsi,
  validateNfs,
} from "./network-volume-validation.ts";
import { validateAccessModes } from "./persistent-volume-claim-validation.ts";
import type { NodeSelectorRequirement } from "./node-selector.ts";
import {
  type PersistentVolume,
  type PersistentVolumeSource,
  PersistentVolumeSpec,
} from "./persistent-volume.ts";
import { hostPathRule, validateDriverName } from "./volume-validation.ts";

type Rules = {
  readonly [K in keyof PersistentVolumeSource]?: (
    source: NonNullable<PersistentVolumeSource[K]>,
    path: string,
    errors: FieldErrors,
  ) => void;
};

const reclaimPolicies = ["Delete", "Recycle", "Retain"];
const volumeModes = ["Block", "Filesystem"];
const secretRefs = [
  "controllerPublishSecretRef",
  "controllerExpandSecretRef",
  "nodePublishSecretRef",
  "nodeStageSecretRef",
  "nodeExpandSecretRef",
] as const;

const rules: Rules = {
  hostPath: hostPathRule,
  gcePersistentDisk: networkRules.gcePersistentDisk,
  awsElasticBlockStore: networkRules.awsElasticBlockStore,
  glusterfs: needs("endpoints", "path"),
  flocker: validateFlocker,
  nfs: validateNfs,
  rbd: needs("monitors", "image"),
  quobyte: networkRules.quobyte,
  cephfs: needs("monitors"),
  iscsi: validateIscsi,
  cinder: needs("volumeID"),
  fc: validateFibreChannel,
  flexVolume: needs("driver"),
  azureFile(source, path, errors) {
    if (source.secretName === "") errors.required(at(path, "secretName"));
    if (source.shareName === "") errors.required(at(path, "shareName"));
    if (source.secretNamespace === "") errors.required(at(path, "secretNamespace"));
  },
  vsphereVolume: needs("volumePath"),
  photonPersistentDisk: needs("pdID"),
  portworxVolume: needs("volumeID"),
  azureDisk: validateAzureDisk,
  scaleIO: needs("gateway", "system", "volumeName"),
  local(source, path, errors) {
    if (source.path === "") return errors.required(at(path, "path"));
    errors.invalidEach(at(path, "path"), source.path, noBacksteps(source.path));
  },
  storageos: needs("volumeName"),
  csi(source, path, errors) {
    validateDriverName(source.driver, at(path, "driver"), errors);
    if (source.volumeHandle === "") errors.required(at(path, "volumeHandle"));
    for (const name of secretRefs) {
      const secret = source[name];
      if (secret === undefined) continue;
      if (!secret.name) errors.required(at(at(path, name), "name"));
      if (!secret.namespace) errors.required(at(at(path, name), "namespace"));
    }
  },
};

const reportedAs: Readonly<Record<string, string>> = { gcePersistentDisk: "persistentDisk" };

export function validatePersistentVolume({ spec }: PersistentVolume, errors: FieldErrors): void {
  validatePersistentVolumeSpec(spec, "spec", errors, { inline: false });
}

/** `inline`: of a VolumeAttachment. */
export function validatePersistentVolumeSpec(
  spec: PersistentVolumeSpec,
  path: string,
  errors: FieldErrors,
  more: { readonly inline: boolean },
): void {
  const modes = spec.accessModes ?? [];
  if (modes.length === 0) errors.required(at(path, "accessModes"));
  validateAccessModes(modes, at(path, "accessModes"), errors);
  if (more.inline) validateInline(spec, path, errors);
  else validateBindable(spec, path, errors);
  validateSource(spec, path, errors);
  const attributes = spec.volumeAttributesClassName;
  if (attributes === undefined) return;
  if (attributes === "")
    errors.required(at(path, "volumeAttributesClassName"), "an empty string is disallowed");
  else errors.invalidEach(at(path, "volumeAttributesClassName"), attributes, dnsSubdomain(attributes));
  if (spec.csi === undefined)
    errors.required(at(path, "csi"), "has to be specified when using volumeAttributesClassName");
}

/** A volume that claims find, and that finds its nodes. */
function validateBindable(spec: PersistentVolumeSpec, path: string, errors: FieldErrors): void {
  validateCapacity(spec, at(path, "capacity"), errors);
  validateReclaim(spec, at(path, "persistentVolumeReclaimPolicy"), errors);
  validateReach(spec, path, errors);
  const className = spec.storageClassName ?? "";
  if (className !== "") errors.invalidEach(at(path, "storageClassName"), className, dnsSubdomain(className));
  if (spec.volumeMode !== undefined && !volumeModes.includes(spec.volumeMode)) {
    errors.notSupported(at(path, "volumeMode"), spec.volumeMode, volumeModes);
  }
}

/** One that a pod's own source stands for: a driver's, a file system, and nobody's claim. */
function validateInline(spec: PersistentVolumeSpec, path: string, errors: FieldErrors): void {
  const inline = "in the context of inline volumes";
  const { persistentVolumeReclaimPolicy: policy, volumeMode, capacity = {}, csi } = spec;
  if (Object.keys(capacity).length > 0)
    errors.forbidden(at(path, "capacity"), `may not be specified ${inline}`);
  for (const field of ["claimRef", "nodeAffinity", "storageClassName"] as const)
    if (spec[field]) errors.forbidden(at(path, field), `may not be specified ${inline}`);
  if (spec.local !== undefined)
    errors.required(at(path, "nodeAffinity"), "Local volume requires node affinity");
  if (csi === undefined) errors.required(at(path, "csi"), `has to be specified ${inline}`);
  if (policy && policy !== "Retain")
    errors.forbidden(at(path, "persistentVolumeReclaimPolicy"), `may only be Retain ${inline}`);
  if (volumeMode !== undefined && volumeMode !== "Filesystem")
    errors.forbidden(at(path, "volumeMode"), `may not specify volumeMode other than Filesystem ${inline}`);
}

function validateCapacity(spec: PersistentVolumeSpec, path: string, errors: FieldErrors): void {
  const capacity = Object.entries(spec.capacity ?? {});
  if (capacity.length === 0) errors.required(path);
  if (spec.capacity?.storage === undefined || capacity.length > 1)
    errors.notSupported(path, spec.capacity, ["storage"]);
  for (const [name, amount] of capacity) {
    const quantity = Quantity.parse(amount);
    if (quantity.sign < 0) errors.invalid(atKey(path, name), amount, "must not be negative");
    if (quantity.sign <= 0) errors.invalid(atKey(path, name), amount, "must be greater than zero");
  }
}

function validateReclaim(spec: PersistentVolumeSpec, path: string, errors: FieldErrors): void {
  const policy = spec.persistentVolumeReclaimPolicy ?? "";
  if (policy !== "" && !reclaimPolicies.includes(policy)) errors.notSupported(path, policy, reclaimPolicies);
  if (policy === "Recycle" && /^\/+(\.?\/*)*$/.test(spec.hostPath?.path ?? "")) {
    errors.forbidden(path, "may not be 'recycle' for a hostPath mount of '/'");
  }
}

function validateSource(spec: PersistentVolumeSpec, path: string, errors: FieldErrors): void {
  let count = 0;
  for (const [field, rule] of Object.entries(rules)) {
    const source = spec[field as keyof PersistentVolumeSource];
    if (source === undefined) continue;
    const here = at(path, reportedAs[field] ?? field);
    if (++count > 1) errors.forbidden(here, "may not specify more than 1 volume type");
    // The table pairs each field with the rule of its type, which the compiler cannot follow through a loop.
    else (rule as (...args: unknown[]) => void)(source, here, errors);
  }
  if (count === 0) errors.required(path, "must specify a volume type");
}

function validateReach(spec: PersistentVolumeSpec, path: string, errors: FieldErrors): void {
  const here = at(path, "nodeAffinity");
  const affinity = spec.nodeAffinity;
  if (affinity === undefined) {
    if (spec.local !== undefined) errors.required(here, "Local volume requires node affinity");
    return;
  }
  if (affinity.required === undefined)
    errors.required(at(here, "required"), "must specify required node constraints");
  else validateNodeSelector(affinity.required, at(here, "required"), errors);
}

const sources = Object.keys(rules) as (keyof PersistentVolumeSource)[];

/** Upstream reports the mode and the nodes without `spec`. */
export function validatePersistentVolumeUpdate(
  volume: PersistentVolume,
  old: PersistentVolume,
  errors: FieldErrors,
): void {
  validatePersistentVolume(volume, errors);
  const [now, before] = [volume.spec, old.spec];
  // The secret of expansion may be added later.
  const isSecretAdded = before.csi !== undefined && before.csi.controllerExpandSecretRef === undefined;
  const { controllerExpandSecretRef: _, ...csi } = now.csi ?? {};
  const kept =
    isSecretAdded && now.csi !== undefined ? { ...now, csi: csi as NonNullable<typeof now.csi> } : now;
  if (!sources.every((source) => sameField(PersistentVolumeSpec, source, kept, before)))
    errors.forbidden(
      "spec.persistentvolumesource",
      "spec.persistentvolumesource is immutable after creation",
    );
  if (now.volumeMode !== before.volumeMode)
    errors.invalid("volumeMode", now.volumeMode ?? null, "field is immutable");
  validateReachUpdate(now, before, errors);
  if (before.volumeAttributesClassName !== undefined && now.volumeAttributesClassName === undefined)
    errors.forbidden("spec.volumeAttributesClassName", "may not be taken away");
}

/** What labels of nodes were called before they were stable. */
const stableLabels: Readonly<Record<string, string>> = {
  "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
  "beta.kubernetes.io/os": "kubernetes.io/os",
  "beta.kubernetes.io/arch": "kubernetes.io/arch",
  "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
};

/** Once a volume is reached from some nodes, only the names of their labels may become stable. */
function validateReachUpdate(
  now: PersistentVolumeSpec,
  before: PersistentVolumeSpec,
  errors: FieldErrors,
): void {
  if (before.nodeAffinity === undefined) return;
  const renamed = { ...before, nodeAffinity: withNamesOf(before.nodeAffinity, now.nodeAffinity) };
  if (!sameField(PersistentVolumeSpec, "nodeAffinity", now, renamed))
    errors.invalid(
      "nodeAffinity",
      now.nodeAffinity ?? null,
      "field is immutable, except for updating from beta label to GA",
    );
}

type Reach = NonNullable<PersistentVolumeSpec["nodeAffinity"]>;

/** The nodes as they were, by the stable names that the new ones have. */
function withNamesOf(old: Reach, now: Reach | undefined): Reach {
  if (old.required === undefined) return old;
  const terms = now?.required?.nodeSelectorTerms ?? [];
  const rename = (
    before: readonly NodeSelectorRequirement[] = [],
    after: readonly NodeSelectorRequirement[] = [],
  ): NodeSelectorRequirement[] =>
    before.map((one, i) => {
      const key = after[i]?.key;
      return key !== undefined && key === stableLabels[one.key] ? { ...one, key } : one;
    });
  const nodeSelectorTerms = (old.required.nodeSelectorTerms ?? []).map((term, i) => ({
    matchExpressions: rename(term.matchExpressions, terms[i]?.matchExpressions),
    matchFields: rename(term.matchFields, terms[i]?.matchFields),
  }));
  return { required: { nodeSelectorTerms } };
}
