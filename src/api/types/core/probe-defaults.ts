/** Defaults of probes and of the actions that probes and lifecycle hooks share. */
import type { GRPCAction, HTTPGetAction, Probe } from "./probe.ts";

export function defaultProbe(probe: Probe): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
}

export function defaultHttpGetAction(action: HTTPGetAction): void {
  action.path ||= "/";
  action.scheme ||= "HTTP";
}

export function defaultGrpcAction(action: GRPCAction): void {
  action.service ??= "";
}
