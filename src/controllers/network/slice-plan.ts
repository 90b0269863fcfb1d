/**
 * From the slices that a service has to those that it needs, with as few writes as possible: endpoints stay in their
 * slices, gone ones leave, new ones first fill slices that change anyway, then the fullest that has room for all the
 * rest, then new slices. Pure.
 */
import { type Endpoint, type EndpointSlice, same } from "#api";
import type { AddressType } from "./service-pods.ts";
import { type EndpointGroup, portsKey } from "./desired-endpoints.ts";

/** The writes that lead to what is needed. */
export interface SlicePlan {
  readonly create: readonly SliceContent[];
  readonly update: readonly EndpointSlice[];
  readonly delete: readonly EndpointSlice[];
}

/** What is to be in a new slice. */
export interface SliceContent {
  readonly addressType: AddressType;
  readonly ports: EndpointGroup["ports"];
  readonly endpoints: readonly Endpoint[];
}

/** What the slices of one service must hold in all. */
export interface SliceNeeds {
  readonly groups: readonly EndpointGroup[];
  readonly addressTypes: readonly AddressType[];
  readonly labels: Readonly<Record<string, string>>;
  readonly maxPerSlice: number;
}

/** Plans for the slices of one service; those being deleted do not count. */
export function planSlices(existing: readonly EndpointSlice[], needs: SliceNeeds): SlicePlan {
  const alive = existing.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const create: SliceContent[] = [];
  const update: EndpointSlice[] = [];
  const remove: EndpointSlice[] = [];
  const kept: EndpointSlice[] = [];
  const groups = new Map(needs.groups.map((group) => [portsKey(group.addressType, group.ports), group]));
  for (const slice of alive) {
    if (!groups.has(portsKey(slice.addressType, slice.ports))) remove.push(slice);
  }
  for (const [key, group] of groups) {
    const slices = alive.filter((slice) => portsKey(slice.addressType, slice.ports) === key);
    const placed = place(slices, group, needs);
    create.push(...placed.create);
    update.push(...placed.update);
    remove.push(...placed.delete);
    kept.push(...placed.kept);
  }
  keepPlaceholders(needs, { create, update, remove, kept });
  return { create, update, delete: remove };
}

/** Each family has a slice, even an empty one, so that watchers know the service to be looked after. */
function keepPlaceholders(
  needs: SliceNeeds,
  plan: { create: SliceContent[]; update: EndpointSlice[]; remove: EndpointSlice[]; kept: EndpointSlice[] },
): void {
  for (const addressType of needs.addressTypes) {
    const has = [...plan.create, ...plan.update, ...plan.kept].some(
      (slice) => slice.addressType === addressType,
    );
    if (has) continue;
    const at = plan.remove.findIndex((slice) => slice.addressType === addressType && isPlaceholder(slice));
    if (at < 0) {
      plan.create.push({ addressType, ports: [], endpoints: [] });
      continue;
    }
    const [spared] = plan.remove.splice(at, 1);
    if (spared !== undefined && !hasLabels(spared, needs.labels))
      plan.update.push(relabeled(spared, needs.labels));
  }
}

function isPlaceholder(slice: EndpointSlice): boolean {
  return (slice.endpoints ?? []).length === 0 && (slice.ports ?? []).length === 0;
}

interface Placed extends SlicePlan {
  readonly kept: readonly EndpointSlice[];
}

/** One group of endpoints over the slices of its ports. */
function place(slices: readonly EndpointSlice[], group: EndpointGroup, needs: SliceNeeds): Placed {
  const waiting = new Map(group.endpoints.map((endpoint) => [identity(endpoint), endpoint]));
  const drafts = slices.map((slice) => {
    const endpoints: Endpoint[] = [];
    for (const endpoint of slice.endpoints ?? []) {
      const wanted = waiting.get(identity(endpoint));
      if (wanted === undefined || !waiting.delete(identity(endpoint))) continue;
      endpoints.push(wanted);
    }
    const changed = !same(endpoints, slice.endpoints ?? []) || !hasLabels(slice, needs.labels);
    return { slice, endpoints, changed };
  });
  const rest = [...waiting.values()];
  for (const draft of drafts) {
    if (!draft.changed || draft.endpoints.length === 0) continue;
    draft.endpoints.push(...rest.splice(0, needs.maxPerSlice - draft.endpoints.length));
  }
  if (rest.length > 0 && rest.length < needs.maxPerSlice) {
    const fits = drafts
      .filter(({ endpoints }) => endpoints.length > 0 && endpoints.length + rest.length <= needs.maxPerSlice)
      .sort((a, b) => b.endpoints.length - a.endpoints.length)[0];
    if (fits !== undefined) {
      fits.endpoints.push(...rest.splice(0));
      fits.changed = true;
    }
  }
  // Emptied slices are used again before new ones are made.
  for (const draft of drafts) {
    if (draft.endpoints.length === 0) draft.endpoints.push(...rest.splice(0, needs.maxPerSlice));
  }
  const create: SliceContent[] = [];
  while (rest.length > 0) {
    const { addressType, ports } = group;
    create.push({ addressType, ports, endpoints: rest.splice(0, needs.maxPerSlice) });
  }
  const filled = drafts.filter(({ endpoints }) => endpoints.length > 0);
  return {
    create,
    update: filled
      .filter(({ changed, slice, endpoints }) => changed || !same(endpoints, slice.endpoints ?? []))
      .map(({ slice, endpoints }) => relabeled({ ...slice, endpoints }, needs.labels)),
    delete: drafts.filter(({ endpoints }) => endpoints.length === 0).map(({ slice }) => slice),
    kept: filled.filter(({ changed }) => !changed).map(({ slice }) => slice),
  };
}

function identity(endpoint: Endpoint): string {
  return `${endpoint.targetRef?.uid ?? ""} ${endpoint.addresses.join(",")}`;
}

function hasLabels(slice: EndpointSlice, labels: Readonly<Record<string, string>>): boolean {
  return same(slice.metadata.labels ?? {}, labels);
}

function relabeled(slice: EndpointSlice, labels: Readonly<Record<string, string>>): EndpointSlice {
  return { ...slice, metadata: { ...slice.metadata, labels: { ...labels } } };
}
