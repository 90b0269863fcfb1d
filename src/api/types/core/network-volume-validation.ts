/** Rules of the volume sources that are disks and file systems of a network or a cloud. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { noBacksteps } from "../../names/file-path.ts";
import type { VolumeSource } from "./volume.ts";

type Rule<T> = (source: T, path: string, errors: FieldErrors) => void;
type Rules = { readonly [K in keyof VolumeSource]?: Rule<NonNullable<VolumeSource[K]>> };

const maxPartition = 255;

/** A rule that these fields be there. */
export function needs<T>(...fields: readonly (keyof T & string)[]): Rule<T> {
  return (source, path, errors) => {
    for (const field of fields) {
      const value = source[field];
      if (value === "" || value === undefined || (Array.isArray(value) && value.length === 0)) {
        errors.required(at(path, field));
      }
    }
  };
}

function partition(value: number | undefined, path: string, errors: FieldErrors): void {
  if (value !== undefined && (value < 0 || value > maxPartition)) {
    errors.invalid(at(path, "partition"), value, `must be between 0 and ${maxPartition}, inclusive`);
  }
}

export const validateNfs: Rule<{ readonly server: string; readonly path: string }> = (
  source,
  path,
  errors,
) => {
  if (source.server === "") errors.required(at(path, "server"));
  if (source.path === "") errors.required(at(path, "path"));
  if (!source.path.startsWith("/")) errors.invalid(at(path, "path"), source.path, "must be an absolute path");
};

interface Iscsi {
  readonly targetPortal: string;
  readonly iqn: string;
  readonly lun: number;
  readonly chapAuthDiscovery?: boolean;
  readonly chapAuthSession?: boolean;
  readonly secretRef?: { readonly name?: string };
  readonly initiatorName?: string;
}

const iqn = /^(iqn\.\d{4}-\d{2}\.\S+|eui\.[0-9A-Fa-f]{16}|naa\.[0-9A-Fa-f]{16}([0-9A-Fa-f]{16})?)$/;

export const validateIscsi: Rule<Iscsi> = (source, path, errors) => {
  if (source.targetPortal === "") errors.required(at(path, "targetPortal"));
  if (source.iqn === "") errors.required(at(path, "iqn"));
  else if (!iqn.test(source.iqn))
    errors.invalid(at(path, "iqn"), source.iqn, "must be an iSCSI qualified name");
  if (source.lun < 0 || source.lun > 255)
    errors.invalid(at(path, "lun"), source.lun, "must be between 0 and 255, inclusive");
  if ((source.chapAuthDiscovery || source.chapAuthSession) && source.secretRef === undefined) {
    errors.required(at(path, "secretRef"));
  }
  if (source.secretRef !== undefined && !source.secretRef.name)
    errors.required(at(at(path, "secretRef"), "name"));
  if (source.initiatorName !== undefined && !iqn.test(source.initiatorName)) {
    errors.invalid(at(path, "initiatorname"), source.initiatorName, "must be an iSCSI qualified name");
  }
};

interface FibreChannel {
  readonly targetWWNs?: readonly string[];
  readonly wwids?: readonly string[];
  readonly lun?: number;
}

export const validateFibreChannel: Rule<FibreChannel> = (source, path, errors) => {
  const targets = source.targetWWNs?.length ?? 0;
  const ids = source.wwids?.length ?? 0;
  if (targets === 0 && ids === 0) errors.required(at(path, "targetWWNs"), "must specify targetWWNs or wwids");
  if (targets > 0 && ids > 0) errors.invalid(at(path, "targetWWNs"), source.targetWWNs, "excludes wwids");
  if (targets > 0 && source.lun === undefined)
    errors.required(at(path, "lun"), "is required with targetWWNs");
  if (targets > 0 && source.lun !== undefined && (source.lun < 0 || source.lun > 255)) {
    errors.invalid(at(path, "lun"), source.lun, "must be between 0 and 255, inclusive");
  }
};

interface AzureDisk {
  readonly diskName: string;
  readonly diskURI: string;
  readonly cachingMode?: string;
  readonly kind?: string;
}

export const validateAzureDisk: Rule<AzureDisk> = (source, path, errors) => {
  const modes = ["None", "ReadOnly", "ReadWrite"];
  const kinds = ["Dedicated", "Managed", "Shared"];
  if (source.diskName === "") errors.required(at(path, "diskName"));
  if (source.diskURI === "") errors.required(at(path, "diskURI"));
  if (source.cachingMode !== undefined && !modes.includes(source.cachingMode)) {
    errors.notSupported(at(path, "cachingMode"), source.cachingMode, modes);
  }
  if (source.kind !== undefined && !kinds.includes(source.kind))
    errors.notSupported(at(path, "kind"), source.kind, kinds);
};

export const validateFlocker: Rule<{ readonly datasetName?: string; readonly datasetUUID?: string }> = (
  source,
  path,
  errors,
) => {
  const { datasetName = "", datasetUUID = "" } = source;
  if (datasetName === "" && datasetUUID === "") errors.required(path, "needs datasetName or datasetUUID");
  if (datasetName !== "" && datasetUUID !== "")
    errors.invalid(path, "resource", "excludes datasetName beside datasetUUID");
  if (datasetName.includes("/")) errors.invalid(at(path, "datasetName"), datasetName, "must not contain '/'");
};

export const networkRules = {
  gcePersistentDisk(source, path, errors) {
    if (source.pdName === "") errors.required(at(path, "pdName"));
    partition(source.partition, path, errors);
  },
  awsElasticBlockStore(source, path, errors) {
    if (source.volumeID === "") errors.required(at(path, "volumeID"));
    partition(source.partition, path, errors);
  },
  nfs: validateNfs,
  iscsi: validateIscsi,
  glusterfs: needs("endpoints", "path"),
  rbd: needs("monitors", "image"),
  flexVolume: needs("driver"),
  cinder: needs("volumeID"),
  cephfs: needs("monitors"),
  flocker: validateFlocker,
  fc: validateFibreChannel,
  azureFile: needs("secretName", "shareName"),
  vsphereVolume: needs("volumePath"),
  quobyte(source, path, errors) {
    if (source.registry === "")
      errors.required(at(path, "registry"), "must be `host:port` pairs joined by ','");
    if (source.volume === "") errors.required(at(path, "volume"));
  },
  azureDisk: validateAzureDisk,
  photonPersistentDisk: needs("pdID"),
  portworxVolume: needs("volumeID"),
  scaleIO: needs("gateway", "system", "volumeName"),
  storageos(source, path, errors) {
    if (!source.volumeName) errors.required(at(path, "volumeName"));
    if (source.secretRef !== undefined && !source.secretRef.name)
      errors.required(at(at(path, "secretRef"), "name"));
    if (source.volumeName)
      errors.invalidEach(at(path, "volumeName"), source.volumeName, noBacksteps(source.volumeName));
  },
} satisfies Rules;
