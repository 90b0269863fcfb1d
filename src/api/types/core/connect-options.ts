/**
 * Query parameters of the connecting subresources (exec, attach, log, port-forward, proxy).
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  field,
  int32,
  int64,
  kind,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  time,
} from "../../schema/mod.ts";

export interface NodeProxyOptions extends Shape<typeof NodeProxyOptions>, Plain {}
export const NodeProxyOptions = kind<NodeProxyOptions>(
  "v1",
  "NodeProxyOptions",
)({
  path: omitempty(1, string),
});

export interface PodAttachOptions extends Shape<typeof PodAttachOptions>, Plain {}
export const PodAttachOptions = kind<PodAttachOptions>(
  "v1",
  "PodAttachOptions",
)({
  stdin: omitempty(1, bool),
  stdout: omitempty(2, bool),
  stderr: omitempty(3, bool),
  tty: omitempty(4, bool),
  container: omitempty(5, string),
});

export interface PodExecOptions extends Shape<typeof PodExecOptions>, Plain {}
export const PodExecOptions = kind<PodExecOptions>(
  "v1",
  "PodExecOptions",
)({
  stdin: omitempty(1, bool),
  stdout: omitempty(2, bool),
  stderr: omitempty(3, bool),
  tty: omitempty(4, bool),
  container: omitempty(5, string),
  command: field(6, atomic(string)),
});

export interface PodLogOptions extends Shape<typeof PodLogOptions>, Plain {}
export const PodLogOptions = kind<PodLogOptions>(
  "v1",
  "PodLogOptions",
)({
  container: omitempty(1, string),
  follow: omitempty(2, bool),
  previous: omitempty(3, bool),
  sinceSeconds: optional(4, int64),
  sinceTime: optional(5, time),
  timestamps: omitempty(6, bool),
  tailLines: optional(7, int64),
  limitBytes: optional(8, int64),
  insecureSkipTLSVerifyBackend: omitempty(9, bool),
  stream: optional(10, string, { gate: "PodLogsQuerySplitStreams" }),
});

export interface PodPortForwardOptions extends Shape<typeof PodPortForwardOptions>, Plain {}
export const PodPortForwardOptions = kind<PodPortForwardOptions>(
  "v1",
  "PodPortForwardOptions",
)({
  ports: omitempty(1, atomic(int32)),
});

export interface PodProxyOptions extends Shape<typeof PodProxyOptions>, Plain {}
export const PodProxyOptions = kind<PodProxyOptions>(
  "v1",
  "PodProxyOptions",
)({
  path: omitempty(1, string),
});

export interface ServiceProxyOptions extends Shape<typeof ServiceProxyOptions>, Plain {}
export const ServiceProxyOptions = kind<ServiceProxyOptions>(
  "v1",
  "ServiceProxyOptions",
)({
  path: omitempty(1, string),
});
