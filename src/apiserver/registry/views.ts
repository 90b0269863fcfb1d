/**
 * A record as one served version shows it. Resources served as they are stored pass through; another
 * version of the same storage converts.
 */
import { canonical, type KubeObject, type Resource, encodeEnvelope, stringifyJson } from "#api";
import { type Catalog, groupVersion, isStorageVersion } from "../catalog.ts";
import type { MetaVersion } from "../negotiate.ts";
import { itemOf, itemText } from "./bytes.ts";
import type { ChunkWriter } from "./chunk-writer.ts";
import type { Records, Versioned } from "./records.ts";

const METADATA_OPENINGS = {
  "meta.k8s.io/v1": metadataOpening("meta.k8s.io/v1"),
  "meta.k8s.io/v1beta1": metadataOpening("meta.k8s.io/v1beta1"),
};
const OBJECT_END = Buffer.from("}");

export class Views {
  readonly #records: Records;
  readonly #catalog: Catalog;

  constructor(records: Records, catalog: Catalog) {
    this.#records = records;
    this.#catalog = catalog;
  }

  /** The object in the version of `resource`; shared and read-only. */
  object(resource: Resource, record: Versioned): KubeObject {
    return shown(resource, this.#records.object(this.#storage(resource), record));
  }

  /** As `object`, for one who reads it once: it is not kept. */
  passingObject(resource: Resource, record: Versioned): KubeObject {
    return shown(resource, this.#records.passingObject(this.#storage(resource), record));
  }

  /** An object of one version in another of the same storage. */
  convert(from: Resource, to: Resource, object: KubeObject): KubeObject {
    return fromStorage(to, this.toStorage(from, object));
  }

  /** JSON bytes in the version of `resource`. */
  json(resource: Resource, record: Versioned): Uint8Array {
    if (isStorageVersion(resource)) return this.#records.json(resource, record);
    return Buffer.from(stringifyJson(this.object(resource, record)));
  }

  /** Adds what `json` gives. */
  addJson(writer: ChunkWriter, resource: Resource, record: Versioned): void {
    if (isStorageVersion(resource)) this.#records.addJson(writer, resource, record);
    else writer.add(this.json(resource, record));
  }

  /** Adds what `json` gives as an item of a list. */
  addItem(writer: ChunkWriter, resource: Resource, record: Versioned): void {
    if (saysKindOfItems(resource)) this.addJson(writer, resource, record);
    else if (isStorageVersion(resource)) this.#records.addItem(writer, resource, record);
    else writer.add(itemText(this.object(resource, record)));
  }

  /** The object as an item of a list on the wire. */
  item(resource: Resource, record: Versioned): object {
    const object = this.object(resource, record);
    return saysKindOfItems(resource) ? object : itemOf(object);
  }

  /** Adds the JSON of `metadataOnly`. */
  addMetadataOnly(
    writer: ChunkWriter,
    resource: Resource,
    record: Versioned,
    version: MetaVersion = "meta.k8s.io/v1",
  ): void {
    writer.add(METADATA_OPENINGS[version]);
    // A conversion may keep what it has no field for in annotations.
    if (!isStorageVersion(resource) || !this.#records.addMetadata(writer, record))
      writer.add(Buffer.from(stringifyJson(this.object(resource, record).metadata)));
    writer.add(OBJECT_END);
  }

  /** The protobuf message in the version of `resource`, without envelope. */
  message(resource: Resource, record: Versioned): Uint8Array {
    return this.#records.message(resource.type, record, () => this.passingObject(resource, record));
  }

  /** The message in its envelope. */
  protobuf(resource: Resource, record: Versioned): Uint8Array {
    const { kind } = resource;
    return encodeEnvelope({ apiVersion: groupVersion(resource), kind, raw: this.message(resource, record) });
  }

  /** The form that is stored. */
  toStorage(resource: Resource, object: KubeObject): KubeObject {
    if (isStorageVersion(resource)) return object;
    const converted = resource.storage?.conversion?.toStorage(object) ?? object;
    return { ...converted, apiVersion: resource.storage?.version ?? object.apiVersion };
  }

  #storage(resource: Resource): Resource {
    if (isStorageVersion(resource) || resource.storage === undefined) return resource;
    return this.#catalog.ofPrefix(resource.storage.prefix) ?? resource;
  }
}

/** Custom resources are what was sent, and so say in each item what they are. */
function saysKindOfItems({ type }: Resource): boolean {
  return type.keepsUnknown;
}

function metadataOpening(version: MetaVersion): Uint8Array {
  return Buffer.from(`{"kind":"PartialObjectMetadata","apiVersion":"${version}","metadata":`);
}

/** As if it had been decoded: what is converted has lost the order of its table, and may have zero values. */
function shown(resource: Resource, object: KubeObject): KubeObject {
  const converted = fromStorage(resource, object);
  const isConverted = !isStorageVersion(resource) && resource.storage?.conversion !== undefined;
  return isConverted ? canonical(resource.type, converted) : converted;
}

function fromStorage(resource: Resource, object: KubeObject): KubeObject {
  if (isStorageVersion(resource)) return object;
  const converted = resource.storage?.conversion?.fromStorage(object) ?? object;
  return { ...converted, kind: resource.kind, apiVersion: groupVersion(resource) };
}
