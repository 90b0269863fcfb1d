/** From an endpoint slice to its service. */
import type { EndpointSlice } from "#api";
import { keyText } from "#client";

/** The key of the service whose slice it is, or undefined when somebody else looks after the slice. */
export function serviceKeyOf({ metadata }: EndpointSlice): string | undefined {
  const name = metadata.labels?.["kubernetes.io/service-name"];
  if (name === undefined || metadata.labels?.["service.kubernetes.io/service-proxy-name"] !== undefined)
    return undefined;
  return keyText({ namespace: metadata.namespace, name });
}
