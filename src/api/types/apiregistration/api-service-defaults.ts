/** Defaults of API services. */
import type { ServiceReference } from "./api-service.ts";

export function defaultServiceReference(reference: ServiceReference): void {
  reference.port ??= 443;
}
