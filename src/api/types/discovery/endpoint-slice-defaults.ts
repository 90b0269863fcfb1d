/** Defaults of the ports of endpoint slices. */
import type { EndpointPort } from "./endpoint-slice.ts";

export function defaultEndpointPort(port: EndpointPort): void {
  port.name ??= "";
  port.protocol ??= "TCP";
}
