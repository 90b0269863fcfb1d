/**
 * Label and field selectors of a request against records: labels, name, namespace and trigger fields come
 * from the record's index; only other fields need the decoded object.
 */
import {
  type FieldSelector,
  type KubeObject,
  type Selector,
  type Resource,
  badRequest,
  parseFieldSelector,
  parseLabelSelector,
  SelectorError,
} from "#api";
import type { StoredRecord } from "#store";
import type { Views } from "./views.ts";

const NAME = "metadata.name";
const NAMESPACE = "metadata.namespace";
const NO_LABELS: Readonly<Record<string, string>> = {};

export class Selection {
  readonly labels: Selector;
  readonly fields: FieldSelector;
  readonly #resource: Resource;
  readonly #views: Views;

  /** Throws 400 for a bad selector or a field that cannot be selected. */
  constructor(resource: Resource, views: Views, labels: string, fields: string) {
    this.#resource = resource;
    this.#views = views;
    try {
      this.labels = parseLabelSelector(labels);
      this.fields = parseFieldSelector(fields);
    } catch (error) {
      if (error instanceof SelectorError) throw badRequest(error.message);
      throw error;
    }
    for (const { field } of this.fields.requirements) {
      if (field === NAME || (field === NAMESPACE && hasNamespaceField(resource))) continue;
      if (resource.selectableFields === undefined || !Object.hasOwn(resource.selectableFields, field)) {
        throw badRequest(`Unable to find a field selector for "${field}": field label not supported`);
      }
    }
  }

  get everything(): boolean {
    return this.labels.matchesEverything && this.fields.matchesEverything;
  }

  /** The one name or namespace that can match, for a look-up or a narrower range. */
  get name(): string | undefined {
    return this.fields.exactValue(NAME);
  }

  get namespace(): string | undefined {
    return this.fields.exactValue(NAMESPACE);
  }

  /** The trigger that wakes a watcher of this selection. */
  get trigger(): readonly [field: string, value: string] | undefined {
    for (const field of this.#resource.triggers ?? []) {
      const value = this.fields.exactValue(field);
      if (value !== undefined) return [field, value];
    }
    return undefined;
  }

  /** What narrows a cursor of this selection, as options of `Store.watch`. */
  get topic(): { topic?: { name?: string; trigger?: readonly [field: string, value: string] } } {
    const { name, trigger } = this;
    if (name !== undefined) return { topic: { name } };
    return trigger === undefined ? {} : { topic: { trigger } };
  }

  matches(record: StoredRecord): boolean {
    if (!this.labels.matchesEverything && !this.labels.matches(record.index.labels ?? NO_LABELS))
      return false;
    if (this.fields.matchesEverything) return true;
    let object: KubeObject | undefined;
    return this.fields.matches((field) => {
      if (field === NAME) return record.index.name;
      if (field === NAMESPACE) return record.index.namespace;
      const trigger = record.index.triggers?.[field];
      if (trigger !== undefined) return trigger;
      object ??= this.#views.object(this.#resource, record);
      return this.#resource.selectableFields?.[field]?.(object);
    });
  }
}

/** Kinds that declare no fields of their own are asked about both, though no cluster-scoped one has a namespace. */
function hasNamespaceField(resource: Resource): boolean {
  return resource.namespaced || resource.selectableFields === undefined;
}
