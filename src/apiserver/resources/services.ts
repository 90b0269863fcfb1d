/**
 * Services: cluster addresses and node ports are taken and given back in the transaction that writes the
 * Service.
 */
import { FieldErrors, type KubeObject, type Service, type ServicePort, invalid } from "#api";
import { type Extra, joined, NOTHING_EXTRA } from "../registry/registry.ts";
import type { Behaviour, WriteContext } from "./behaviour.ts";
import { completeFamilies, isHeadless } from "./service-families.ts";
import type { ServiceAddresses } from "./service-addresses.ts";
import type { ServicePorts } from "./service-ports.ts";
import { dropOutdated, hasNodePorts } from "./service-type-change.ts";

type Spec = Service["spec"];

export function services(addresses: ServiceAddresses, ports: ServicePorts): Behaviour {
  function change(draft: Service, old: Service | undefined, context: WriteContext): Extra {
    // What comes first is told alone: the rest stands on it.
    const errors = new FieldErrors();
    const refuse = (): void => {
      if (!errors.empty) throw invalid({ group: "", kind: "Service" }, draft.metadata.name ?? "", errors);
    };
    completeFamilies(draft.spec, old?.spec, addresses.families, errors);
    refuse();
    const moved = changeAddresses(addresses, draft, old, context, errors);
    refuse();
    const numbers = ports.change(draft, old, context, errors);
    refuse();
    return joined(moved, numbers);
  }
  return {
    onCreate(draft, context) {
      const { spec } = draft as Service;
      if ((spec.clusterIP ?? "") !== "" && (spec.clusterIPs ?? []).length === 0)
        spec.clusterIPs = [spec.clusterIP ?? ""];
      return change(draft as Service, undefined, context);
    },
    onUpdate(draft, old, context) {
      dropOutdated((draft as Service).spec, (old as Service).spec);
      keepAllocated((draft as Service).spec, (old as Service).spec);
      return change(draft as Service, old as Service, context);
    },
    onDelete(old: KubeObject, context) {
      const { spec } = old as Service;
      const none = {
        ...(old as Service),
        spec: { ...spec, type: "ClusterIP", ports: [], healthCheckNodePort: 0 },
      };
      return joined(
        addresses.release(addressesOf(spec), context),
        ports.change(none as Service, old as Service, context, new FieldErrors()),
      );
    },
    returnsDeleted: true,
  };
}

/** Takes what the families ask for and is not there yet, and gives back what the old one had and this one has not. */
function changeAddresses(
  addresses: ServiceAddresses,
  draft: Service,
  old: Service | undefined,
  context: WriteContext,
  errors: FieldErrors,
): Extra {
  const { spec } = draft;
  const held = old === undefined ? [] : addressesOf(old.spec);
  if (spec.type === "ExternalName") return addresses.release(held, context);
  if (isHeadless(spec)) {
    spec.clusterIP = "None";
    spec.clusterIPs = ["None"];
    return NOTHING_EXTRA;
  }
  const count = Math.max(spec.ipFamilies?.length ?? 1, spec.clusterIPs?.length ?? 0);
  const claims: Extra[] = [];
  for (let i = 0; i < count; i++) {
    // An address that changes in place is the author's mistake; validation says so.
    if (held[i] === undefined) claims.push(addresses.claim(draft, i, context, errors));
  }
  return joined(...claims, addresses.release(held.slice(count), context));
}

/** The addresses that a Service holds. */
export function addressesOf(spec: Spec): readonly string[] {
  if (spec.type === "ExternalName" || isHeadless(spec)) return [];
  const all = (spec.clusterIPs ?? []).length > 0 ? (spec.clusterIPs ?? []) : [spec.clusterIP ?? ""];
  return all.filter((address) => address !== "");
}

/** An update that does not mention what was allocated keeps it. */
function keepAllocated(spec: Spec, old: Spec): void {
  const needs = spec.type !== "ExternalName" && old.type !== "ExternalName";
  if (needs) {
    const [first] = spec.clusterIPs ?? [];
    const isFirstKept = spec.clusterIP === old.clusterIP && first === undefined;
    if (((spec.clusterIP ?? "") === "" && first === undefined) || isFirstKept) {
      if (old.clusterIP !== undefined) spec.clusterIP = old.clusterIP;
      if (old.clusterIPs !== undefined) spec.clusterIPs = [...old.clusterIPs];
    } else if (first === undefined) spec.clusterIPs = [spec.clusterIP ?? ""];
    else if ((spec.clusterIP ?? "") === "") spec.clusterIP = first;
  }
  if (hasNodePorts(spec) && hasNodePorts(old)) keepNodePorts(spec.ports ?? [], old.ports ?? []);
  const keepsHealth =
    spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local" && old.healthCheckNodePort;
  if (keepsHealth && (spec.healthCheckNodePort ?? 0) === 0)
    spec.healthCheckNodePort = old.healthCheckNodePort ?? 0;
}

/** A port is told by its name, whatever else of it changes. */
function keepNodePorts(ports: readonly ServicePort[], old: readonly ServicePort[]): void {
  const used = new Set(ports.map(({ nodePort }) => nodePort ?? 0));
  for (const port of ports) {
    if (port.nodePort) continue;
    const before = old.findLast((one) => (one.name ?? "") === (port.name ?? ""))?.nodePort ?? 0;
    if (used.has(before)) continue;
    if (before !== 0) port.nodePort = before;
    used.add(before);
  }
}
