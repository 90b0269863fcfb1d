/** Defaults of device requests: one device. */
import type { DeviceSubRequest, ExactDeviceRequest } from "./resource-claim.ts";

export function defaultExactRequest(request: ExactDeviceRequest): void {
  fill(request);
}

export function defaultSubRequest(request: DeviceSubRequest): void {
  fill(request);
}

function fill(request: ExactDeviceRequest | DeviceSubRequest): void {
  request.allocationMode ||= "ExactCount";
  if (request.allocationMode === "ExactCount") request.count ||= 1;
}
