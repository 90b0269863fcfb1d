/**
 * Validation of probes and lifecycle hooks: exactly one handler, its own fields, times that are not negative.
 */
import { at, type FieldErrors } from "../../field-errors.ts";
import { portName, portNumber } from "../../names/port.ts";
import { httpHeaderName } from "../../names/qualified-name.ts";
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe, ProbeHandler } from "./probe.ts";

type Handler = ProbeHandler & LifecycleHandler;

export interface ProbeRules {
  /** The pod's `terminationGracePeriodSeconds`, which bounds a sleep. */
  readonly graceSeconds: number | undefined;
}

const handlers: Readonly<
  Record<
    "exec" | "httpGet" | "tcpSocket" | "grpc" | "sleep",
    (handler: Handler, path: string, errors: FieldErrors, rules: ProbeRules) => void
  >
> = {
  exec({ exec }, path, errors) {
    if ((exec?.command ?? []).length === 0) errors.required(at(path, "command"));
  },
  httpGet({ httpGet }, path, errors) {
    if (httpGet) validateHttpGet(httpGet, path, errors);
  },
  tcpSocket({ tcpSocket }, path, errors) {
    if (tcpSocket) validatePort(tcpSocket.port, at(path, "port"), errors);
  },
  grpc({ grpc }, path, errors) {
    if (grpc) validatePort(grpc.port, at(path, "port"), errors);
  },
  sleep({ sleep }, path, errors, rules) {
    const seconds = sleep?.seconds ?? 0;
    if (rules.graceSeconds === undefined || (seconds >= 0 && seconds <= rules.graceSeconds)) return;
    errors.invalid(path, seconds, `must be between 0 and the grace period of ${rules.graceSeconds} seconds`);
  },
};

const handlerNames = Object.keys(handlers) as (keyof typeof handlers)[];

function validateHandler(handler: Handler, path: string, errors: FieldErrors, rules: ProbeRules): void {
  let count = 0;
  for (const name of handlerNames) {
    if (handler[name] === undefined) continue;
    count++;
    if (count === 1) handlers[name](handler, at(path, name), errors, rules);
    else errors.forbidden(at(path, name), "may not specify more than one handler");
  }
  if (count === 0) errors.required(path, "must specify a handler");
}

function validateHttpGet(action: HTTPGetAction, path: string, errors: FieldErrors): void {
  if (!action.path) errors.required(at(path, "path"));
  validatePort(action.port, at(path, "port"), errors);
  if (action.scheme !== "HTTP" && action.scheme !== "HTTPS") {
    errors.notSupported(at(path, "scheme"), action.scheme ?? "", ["HTTP", "HTTPS"]);
  }
  for (const header of action.httpHeaders ?? []) {
    errors.invalidEach(at(path, "httpHeaders"), header.name, httpHeaderName(header.name));
  }
}

/** A port number or the name of a port. */
export function validatePort(port: number | string, path: string, errors: FieldErrors): void {
  errors.invalidEach(path, port, typeof port === "number" ? portNumber(port) : portName(port));
}

const counters = [
  "initialDelaySeconds",
  "timeoutSeconds",
  "periodSeconds",
  "successThreshold",
  "failureThreshold",
] as const;

function validateProbe(probe: Probe, path: string, errors: FieldErrors, rules: ProbeRules): void {
  validateHandler(probe, path, errors, rules);
  for (const name of counters) {
    const value = probe[name] ?? 0;
    if (value < 0) errors.invalid(at(path, name), value, "must be greater than or equal to 0");
  }
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) {
    errors.invalid(at(path, "terminationGracePeriodSeconds"), grace, "must be greater than 0");
  }
}

export interface Probes {
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly startupProbe?: Probe;
  readonly lifecycle?: Lifecycle;
}

/** The probes and hooks of a container that keeps running. */
export function validateProbesAndLifecycle(
  container: Probes,
  path: string,
  errors: FieldErrors,
  rules: ProbeRules,
): void {
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"] as const) {
    const probe = container[name];
    if (probe === undefined) continue;
    const here = at(path, name);
    validateProbe(probe, here, errors, rules);
    const threshold = probe.successThreshold ?? 0;
    if (name === "readinessProbe") {
      if (probe.terminationGracePeriodSeconds !== undefined) {
        const grace = probe.terminationGracePeriodSeconds;
        errors.invalid(
          at(here, "terminationGracePeriodSeconds"),
          grace,
          "must not be set for readiness probes",
        );
      }
    } else if (threshold !== 1) errors.invalid(at(here, "successThreshold"), threshold, "must be 1");
  }
  const { postStart, preStop } = container.lifecycle ?? {};
  if (postStart) validateHandler(postStart, at(at(path, "lifecycle"), "postStart"), errors, rules);
  if (preStop) validateHandler(preStop, at(at(path, "lifecycle"), "preStop"), errors, rules);
}

/** Init containers that end have neither. */
export function forbidProbesAndLifecycle(
  container: Probes,
  path: string,
  errors: FieldErrors,
  why: string,
): void {
  for (const name of ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const) {
    if (container[name] !== undefined) errors.forbidden(at(path, name), why);
  }
}
