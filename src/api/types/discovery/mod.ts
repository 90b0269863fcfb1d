/** The types of discovery.k8s.io/v1: each name is a type and its table. */
export {
  AddressType,
  Endpoint,
  EndpointConditions,
  EndpointHints,
  EndpointPort,
  EndpointSlice,
  EndpointSliceList,
  ForNode,
  ForZone,
} from "./endpoint-slice.ts";
