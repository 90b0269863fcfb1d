/** Runs targets on mutated inputs: only typed errors, no prototype changed, nothing over the time limit. */
import { CodedError } from "#base";
import { StatusError } from "#api";
import { seeded } from "../seeded.ts";
import { mutated } from "./mutate.ts";
import type { Target } from "./targets.ts";

/** One input may take this long; the loop stalls that long. */
const LIMIT_MS = 100;

/** The bug that was found, with the input and how to see it again. */
export class FuzzFailure extends Error {
  override readonly name = "FuzzFailure";
}

export interface FuzzOptions {
  readonly seed: string;
  readonly executions: number;
  /** Stops early after this long. Default: never. */
  readonly milliseconds?: number;
}

/** Returns how many inputs ran. Throws `FuzzFailure`. */
export function fuzz(target: Target, { seed, executions, milliseconds = Infinity }: FuzzOptions): number {
  const random = seeded(`${seed} ${target.name}`);
  const shapes = prototypeShapes();
  const start = performance.now();
  for (const input of target.corpus) attempt(target, input, seed);
  for (let i = 0; i < executions; i++) {
    if ((i & 63) === 0 && performance.now() - start > milliseconds) return i;
    const input = mutated(target.corpus, random);
    attempt(target, input, seed);
    if (prototypeShapes() !== shapes) throw failure(target, input, seed, "changed a prototype");
  }
  return executions;
}

function attempt(target: Target, input: Buffer, seed: string): void {
  const first = timed(target, input, seed);
  // A pause of the collector is not the decoder's: only what is slow each time is slow.
  if (first < LIMIT_MS) return;
  const best = Math.min(first, timed(target, input, seed), timed(target, input, seed));
  if (best >= LIMIT_MS) throw failure(target, input, seed, `took ${best.toFixed(0)} ms`);
}

function timed(target: Target, input: Buffer, seed: string): number {
  const start = performance.now();
  try {
    target.run(input);
  } catch (error) {
    const isTyped = error instanceof CodedError || error instanceof StatusError;
    if (!isTyped) throw failure(target, input, seed, "threw what is no typed error", error);
  }
  return performance.now() - start;
}

function failure(target: Target, input: Buffer, seed: string, what: string, cause?: unknown): FuzzFailure {
  const text = cause instanceof Error ? `: ${cause.stack}` : "";
  const again = `npm run fuzz -- 1000000 --target ${target.name} --seed ${seed}`;
  return new FuzzFailure(
    `${target.name} ${what}${text}\ninput (base64): ${input.toString("base64")}\nagain: ${again}`,
  );
}

function prototypeShapes(): string {
  const of = (value: object): number => Reflect.ownKeys(value).length;
  return `${of(Object.prototype)} ${of(Array.prototype)} ${of(Function.prototype)} ${of(String.prototype)} ${of(Object)}`;
}
