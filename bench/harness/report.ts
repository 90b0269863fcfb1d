/**
 * How a benchmark tells its figures: each beside its budget and its ceiling, with what the measured
 * process paid, the machine, and a hash of what was done, so that two runs can be seen to have done the
 * same work.
 */
import { createHash } from "node:crypto";
import { cpus, loadavg, totalmem } from "node:os";
import type { Usage } from "./probe.ts";

/** One line of a report. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** `/s`, `ms`, `us`, `MB`, `KB`. */
  readonly unit: string;
  /** What is to be kept: rates at least this, everything else at most. */
  readonly budget?: number | undefined;
  /** The same load against canned bytes, in the same unit. */
  readonly ceiling?: number | undefined;
  /** What the measured process paid, and for how many operations. */
  readonly usage?: Usage | undefined;
  readonly operations?: number | undefined;
  readonly note?: string | undefined;
}

export interface Report {
  readonly figures: readonly Figure[];
  /** What was done, independent of time: counts and names. */
  readonly work: unknown;
}

/** Processor, cores, memory, load and Node.js of this machine. */
export function machine(): string {
  const [first] = cpus();
  const load = loadavg()[0]?.toFixed(1) ?? "?";
  const memory = (totalmem() / 1e9).toFixed(0);
  return `${cpus().length} x ${first?.model ?? "unknown"}, ${memory} GB, load ${load}, Node ${process.version}`;
}

/** 12 hex digits of SHA-256. */
export function hashOf(work: unknown): string {
  return createHash("sha256").update(JSON.stringify(work)).digest("hex").slice(0, 12);
}

/** Whether the figure keeps its budget; undefined without one. */
export function isWithin({ value, unit, budget }: Figure): boolean | undefined {
  if (budget === undefined) return undefined;
  return unit === "/s" ? value >= budget : value <= budget;
}

/** The whole report as text. */
export function render(title: string, { figures, work }: Report): string {
  const lines = figures.map((figure) => `  ${lineOf(figure)}`);
  return [`${title} on ${machine()}`, ...lines, `  work ${hashOf(work)}`].join("\n");
}

function lineOf(figure: Figure): string {
  const { name, value, unit, budget, ceiling, note } = figure;
  const parts = [`${name.padEnd(46)} ${number(value)}${spaced(unit)}`];
  const within = isWithin(figure);
  if (budget !== undefined)
    parts.push(`budget ${number(budget)}${spaced(unit)} ${within === true ? "kept" : "MISSED"}`);
  if (ceiling !== undefined)
    parts.push(
      `ceiling ${number(ceiling)}${spaced(unit)} (${Math.round((100 * Math.min(value, ceiling)) / Math.max(value, ceiling))} %)`,
    );
  if (figure.usage !== undefined) parts.push(usageOf(figure.usage, figure.operations));
  if (note !== undefined) parts.push(note);
  return parts.join("; ");
}

function usageOf(usage: Usage, operations: number | undefined): string {
  const cpu =
    operations === undefined
      ? `CPU main ${number(usage.mainCpuMs)} ms, all ${number(usage.allCpuMs)} ms`
      : `CPU main ${number((usage.mainCpuMs * 1_000) / operations)} us, all ${number((usage.allCpuMs * 1_000) / operations)} us`;
  const loop = `loop p99.9 ${number(usage.loopP999Ms)} ms, max ${number(usage.loopMaxMs)} ms`;
  const collections = `GC ${usage.collections} x, ${number(usage.collectionMs)} ms, longest ${number(usage.longestCollectionMs)} ms`;
  const memory = `RSS ${number(usage.residentMb)} MB, heap ${number(usage.heapMb)}, external ${number(usage.externalMb)}`;
  return `${cpu}; ${loop}; ${collections}; ${memory}`;
}

function spaced(unit: string): string {
  return unit.startsWith("/") ? unit : ` ${unit}`;
}

function number(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Runs a benchmark as a program: `--small` for the small parameters. */
export async function main<Size>(
  title: string,
  bench: (size: Size) => Promise<Report>,
  sizes: { readonly full: Size; readonly small: Size },
): Promise<void> {
  const isSmall = process.argv.includes("--small");
  console.log(render(isSmall ? `${title} (small)` : title, await bench(isSmall ? sizes.small : sizes.full)));
}

/** The value below which `share` of `values` lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
