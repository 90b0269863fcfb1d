/**
 * What a cluster is asked to be, checked once: the command line, the configuration file and `startCluster()` all end
 * here. Every refusal names the option, the value, and what would do.
 */
import { dnsSubdomain, parseDuration, parseIp } from "#api";
import { ClusterError } from "./errors.ts";

/** An address to listen on; port 0 lets the system choose. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export type NodeMode = "auto" | "real" | "virtual";

/** Nobody but this machine: no port of it is open to others unless asked for. */
export const loopbackRanges = "127.0.0.0/8,::1/128";

const namePattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Throws `bad-option` unless `name` is a DNS label. */
export function checkClusterName(name: string): string {
  if (namePattern.test(name)) return name;
  throw new ClusterError(
    "bad-option",
    `Cannot use cluster name "${name}": it must be lower-case letters, digits and "-", at most 63`,
    "Choose another with --name NAME.",
  );
}

/** Reads `ADDR:PORT`, `[V6]:PORT`, `:PORT` or `PORT`. Throws `bad-option`. */
export function parseListen(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:]+)\]:|([^:\s]*):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3] ?? Number.NaN);
  if (match === null || !(port <= 65_535)) {
    throw new ClusterError(
      "bad-option",
      `Cannot listen on "${text}": it is not ADDR:PORT`,
      "Use --listen 127.0.0.1:6443.",
    );
  }
  return { host: match[1] ?? (match[2] || "127.0.0.1"), port };
}

/** Reads the option's IP address. Throws `bad-option`. */
export function parseAddress(option: string, text: string): string {
  if (parseIp(text) !== undefined) return text;
  throw new ClusterError("bad-option", `Cannot use ${option} "${text}": it is no IP address`, "Name one.");
}

/** Throws `bad-option` unless a node can have the name. */
export function checkNodeName(name: string): string {
  if (dnsSubdomain(name).length === 0) return name;
  const message = `Cannot use "${name}" as the name of a node`;
  throw new ClusterError("bad-option", message, "Use lower case letters, digits, dots and dashes.");
}

/** Reads where a container runtime listens (`unix:///run/x.sock`), as its socket's path. Throws `bad-option`. */
export function parseRuntimeEndpoint(text: string): string {
  const path = text.replace(/^unix:\/\//, "");
  if (path.startsWith("/")) return path;
  throw new ClusterError(
    "bad-option",
    `Cannot use --container-runtime-endpoint "${text}": it is no unix socket`,
    "Use --container-runtime-endpoint unix:///run/containerd/containerd.sock.",
  );
}

/** Reads a count; `example`: one that would do. Throws `bad-option`. */
export function parseCount(option: string, text: string, max: number, example = 3): number {
  if (/^\d+$/.test(text) && Number(text) <= max) return Number(text);
  throw new ClusterError(
    "bad-option",
    `Cannot use ${option} "${text}": it is not a number from 0 to ${max}`,
    `Use ${option} ${example}.`,
  );
}

/** Reads a port; 0 lets the system choose. Throws `bad-option`. */
export function parsePort(option: string, text: string, usual: number): number {
  return parseCount(option, text, 65_535, usual);
}

/** Reads a time as Go writes it (`1m30s`), in milliseconds. Throws `bad-option`. */
export function parseTimeSpan(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new ClusterError("bad-option", `Cannot use ${option} "${text}": it is no time`, `Use ${option} 50s.`);
}
