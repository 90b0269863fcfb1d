/**
 * Endpoint slices: a service's addresses, a hundred at a time.
 * A table of discovery.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  enumOf,
  field,
  int32,
  kind,
  map,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  set,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { Protocol } from "../core/container.ts";
import { ObjectReference } from "../core/reference.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { defaultEndpointPort } from "./endpoint-slice-defaults.ts";

export interface EndpointConditions extends Shape<typeof EndpointConditions>, Plain {}
export const EndpointConditions = message<EndpointConditions>("EndpointConditions")({
  ready: optional(1, bool),
  serving: optional(2, bool),
  terminating: optional(3, bool),
});

export interface ForZone extends Shape<typeof ForZone>, Plain {}
export const ForZone = message<ForZone>("ForZone")({
  name: field(1, string),
});

export interface ForNode extends Shape<typeof ForNode>, Plain {}
export const ForNode = message<ForNode>("ForNode")({
  name: field(1, string),
});

export interface EndpointHints extends Shape<typeof EndpointHints>, Plain {}
export const EndpointHints = message<EndpointHints>("EndpointHints")({
  forZones: omitempty(1, atomic(ForZone)),
  forNodes: omitempty(2, atomic(ForNode)),
});

export interface Endpoint extends Shape<typeof Endpoint>, Plain {}
export const Endpoint = message<Endpoint>("Endpoint")({
  addresses: field(1, set(string)),
  conditions: struct(2, EndpointConditions),
  hostname: optional(3, string),
  targetRef: optional(4, ObjectReference),
  deprecatedTopology: omitempty(5, map(string)),
  nodeName: optional(6, string),
  zone: optional(7, string),
  hints: optional(8, EndpointHints),
});

export interface EndpointPort extends Shape<typeof EndpointPort>, Plain {}
export const EndpointPort = message<EndpointPort>("EndpointPort", { atomic: true })(
  {
    name: optional(1, string),
    protocol: optional(2, Protocol),
    port: optional(3, int32),
    appProtocol: optional(4, string),
  },
  { default: defaultEndpointPort },
);

export type AddressType = Value<typeof AddressType>;
export const AddressType = enumOf("FQDN", "IPv4", "IPv6");

export interface EndpointSlice extends Shape<typeof EndpointSlice>, Plain {}
export const EndpointSlice = kind<EndpointSlice>(
  "discovery.k8s.io/v1",
  "EndpointSlice",
)({
  metadata: struct(1, ObjectMeta),
  addressType: field(4, AddressType),
  endpoints: nullable(2, atomic(Endpoint)),
  ports: nullable(3, atomic(EndpointPort)),
});

export type EndpointSliceList = KubeList<EndpointSlice>;
export const EndpointSliceList = kindList(EndpointSlice);
