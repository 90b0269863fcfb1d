/**
 * Probes and lifecycle handlers, and the actions that they take.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  enumOf,
  field,
  inline,
  int32,
  int64,
  intOrString,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  type Value,
} from "../../schema/mod.ts";
import { defaultGrpcAction, defaultHttpGetAction, defaultProbe } from "./probe-defaults.ts";

export interface ExecAction extends Shape<typeof ExecAction>, Plain {}
export const ExecAction = message<ExecAction>("ExecAction")({
  command: omitempty(1, atomic(string)),
});

export interface GRPCAction extends Shape<typeof GRPCAction>, Plain {}
export const GRPCAction = message<GRPCAction>("GRPCAction")(
  {
    port: field(1, int32),
    service: nullable(2, string, { default: "" }),
  },
  { default: defaultGrpcAction },
);

export interface HTTPHeader extends Shape<typeof HTTPHeader>, Plain {}
export const HTTPHeader = message<HTTPHeader>("HTTPHeader")({
  name: field(1, string),
  value: field(2, string),
});

export type URIScheme = Value<typeof URIScheme>;
export const URIScheme = enumOf("HTTP", "HTTPS");

export interface HTTPGetAction extends Shape<typeof HTTPGetAction>, Plain {}
export const HTTPGetAction = message<HTTPGetAction>("HTTPGetAction")(
  {
    path: omitempty(1, string),
    port: field(2, intOrString),
    host: omitempty(3, string),
    scheme: omitempty(4, URIScheme),
    httpHeaders: omitempty(5, atomic(HTTPHeader)),
  },
  { default: defaultHttpGetAction },
);

export interface TCPSocketAction extends Shape<typeof TCPSocketAction>, Plain {}
export const TCPSocketAction = message<TCPSocketAction>("TCPSocketAction")({
  port: field(1, intOrString),
  host: omitempty(2, string),
});

export interface SleepAction extends Shape<typeof SleepAction>, Plain {}
export const SleepAction = message<SleepAction>("SleepAction")({
  seconds: field(1, int64),
});

export interface LifecycleHandler extends Shape<typeof LifecycleHandler>, Plain {}
export const LifecycleHandler = message<LifecycleHandler>("LifecycleHandler")({
  exec: optional(1, ExecAction),
  httpGet: optional(2, HTTPGetAction),
  tcpSocket: optional(3, TCPSocketAction),
  sleep: optional(4, SleepAction),
});

export type Signal = Value<typeof Signal>;
export const Signal = enumOf(
  "SIGABRT",
  "SIGALRM",
  "SIGBUS",
  "SIGCHLD",
  "SIGCLD",
  "SIGCONT",
  "SIGFPE",
  "SIGHUP",
  "SIGILL",
  "SIGINT",
  "SIGIO",
  "SIGIOT",
  "SIGKILL",
  "SIGPIPE",
  "SIGPOLL",
  "SIGPROF",
  "SIGPWR",
  "SIGQUIT",
  "SIGRTMAX",
  "SIGRTMAX-1",
  "SIGRTMAX-10",
  "SIGRTMAX-11",
  "SIGRTMAX-12",
  "SIGRTMAX-13",
  "SIGRTMAX-14",
  "SIGRTMAX-2",
  "SIGRTMAX-3",
  "SIGRTMAX-4",
  "SIGRTMAX-5",
  "SIGRTMAX-6",
  "SIGRTMAX-7",
  "SIGRTMAX-8",
  "SIGRTMAX-9",
  "SIGRTMIN",
  "SIGRTMIN+1",
  "SIGRTMIN+10",
  "SIGRTMIN+11",
  "SIGRTMIN+12",
  "SIGRTMIN+13",
  "SIGRTMIN+14",
  "SIGRTMIN+15",
  "SIGRTMIN+2",
  "SIGRTMIN+3",
  "SIGRTMIN+4",
  "SIGRTMIN+5",
  "SIGRTMIN+6",
  "SIGRTMIN+7",
  "SIGRTMIN+8",
  "SIGRTMIN+9",
  "SIGSEGV",
  "SIGSTKFLT",
  "SIGSTOP",
  "SIGSYS",
  "SIGTERM",
  "SIGTRAP",
  "SIGTSTP",
  "SIGTTIN",
  "SIGTTOU",
  "SIGURG",
  "SIGUSR1",
  "SIGUSR2",
  "SIGVTALRM",
  "SIGWINCH",
  "SIGXCPU",
  "SIGXFSZ",
);

export interface Lifecycle extends Shape<typeof Lifecycle>, Plain {}
export const Lifecycle = message<Lifecycle>("Lifecycle")({
  postStart: optional(1, LifecycleHandler),
  preStop: optional(2, LifecycleHandler),
  stopSignal: optional(3, Signal),
});

export interface ProbeHandler extends Shape<typeof ProbeHandler>, Plain {}
export const ProbeHandler = message<ProbeHandler>("ProbeHandler")({
  exec: optional(1, ExecAction),
  httpGet: optional(2, HTTPGetAction),
  tcpSocket: optional(3, TCPSocketAction),
  grpc: optional(4, GRPCAction),
});

export interface Probe extends Shape<typeof Probe>, Plain {}
export const Probe = message<Probe>("Probe")(
  {
    ...inline(1, ProbeHandler),
    initialDelaySeconds: omitempty(2, int32),
    timeoutSeconds: omitempty(3, int32),
    periodSeconds: omitempty(4, int32),
    successThreshold: omitempty(5, int32),
    failureThreshold: omitempty(6, int32),
    terminationGracePeriodSeconds: optional(7, int64),
  },
  { default: defaultProbe },
);
