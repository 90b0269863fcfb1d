/**
 * The older form of a service's addresses.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  field,
  int32,
  kind,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { Protocol } from "./container.ts";
import { ObjectReference } from "./reference.ts";
import { defaultEndpointPort } from "./endpoints-defaults.ts";

export interface EndpointAddress extends Shape<typeof EndpointAddress>, Plain {}
export const EndpointAddress = message<EndpointAddress>("EndpointAddress", { atomic: true })({
  ip: field(1, string),
  hostname: omitempty(3, string),
  nodeName: optional(4, string),
  targetRef: optional(2, ObjectReference),
});

export interface EndpointPort extends Shape<typeof EndpointPort>, Plain {}
export const EndpointPort = message<EndpointPort>("EndpointPort", { atomic: true })(
  {
    name: omitempty(1, string),
    port: field(2, int32),
    protocol: omitempty(3, Protocol),
    appProtocol: optional(4, string),
  },
  { default: defaultEndpointPort },
);

export interface EndpointSubset extends Shape<typeof EndpointSubset>, Plain {}
export const EndpointSubset = message<EndpointSubset>("EndpointSubset")({
  addresses: omitempty(1, atomic(EndpointAddress)),
  notReadyAddresses: omitempty(2, atomic(EndpointAddress)),
  ports: omitempty(3, atomic(EndpointPort)),
});

export interface Endpoints extends Shape<typeof Endpoints>, Plain {}
export const Endpoints = kind<Endpoints>(
  "v1",
  "Endpoints",
)({
  metadata: struct(1, ObjectMeta),
  subsets: omitempty(2, atomic(EndpointSubset)),
});

export type EndpointsList = KubeList<Endpoints>;
export const EndpointsList = kindList(Endpoints);
