/** The door of `base`: the outside world as interfaces, the component lifecycle, errors and assertions. */
export type { Component } from "./component.ts";
export { type AppendFile, type Disk, DiskError, type DiskErrorCode } from "./disk.ts";
export type {
  Clock,
  Counter,
  Crypto,
  Env,
  Gauge,
  Histogram,
  KeyPair,
  Log,
  LogFields,
  Metrics,
  Program,
  Random,
  RootEnv,
  TaskGroup,
  Tasks,
  Timer,
} from "./env.ts";
export { assert, CodedError, isAbort, messageOf } from "./errors.ts";
export { makeFolder } from "./make-folder-node.ts";
export type { LogEntry, LogLevel, LogSink } from "./log.ts";
export { MessageQueue } from "./message-queue.ts";
export {
  type Connection,
  type Listener,
  type Network,
  NetworkError,
  type NetworkErrorCode,
} from "./network.ts";
export { type Subject, subjectOf } from "./subject.ts";
export {
  type ChildProcess,
  type Command,
  type Exit,
  ProcessError,
  type ProcessErrorCode,
  type Processes,
  type ProcessSignal,
  runToEnd,
} from "./processes.ts";
