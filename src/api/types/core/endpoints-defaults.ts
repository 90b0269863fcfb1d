/** Defaults of endpoint ports. */
import type { EndpointPort } from "./endpoints.ts";

export function defaultEndpointPort(port: EndpointPort): void {
  port.protocol ||= "TCP";
}
