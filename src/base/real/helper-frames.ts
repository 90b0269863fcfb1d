/**
 * What a process and its helper say to each other, over the helper's input and output:
 *
 *   frame = length of the rest (4 bytes), kind (1), number of the child (4), payload
 *
 *   start {command} ->  <- started {pid} | refused {code, message}
 *   input, endInput, signal, taken  ->  <- output, errorOutput, their ends, exited {exit}, inputTaken, inputClosed
 */
import type { Command, Exit, ProcessErrorCode, ProcessSignal } from "../processes.ts";

/** Output that may be on its way to its reader; beyond it the child is held back. */
export const outputWindowBytes = 256 * 1024;

/** Input that is sent in one piece and answered before the next. */
export const maxInputBytes = 256 * 1024;

const frameKinds = [
  "start",
  "started",
  "refused",
  "input",
  "inputTaken",
  "inputClosed",
  "endInput",
  "output",
  "errorOutput",
  "outputEnd",
  "errorOutputEnd",
  "taken",
  "signal",
  "exited",
] as const;

export type FrameKind = (typeof frameKinds)[number];

/** The payloads that are data; all others are bytes. */
export interface FrameData {
  readonly start: Command;
  readonly started: { readonly pid: number };
  readonly refused: { readonly code: ProcessErrorCode; readonly message: string };
  readonly taken: { readonly stream: "output" | "errorOutput"; readonly bytes: number };
  readonly signal: { readonly name: ProcessSignal };
  readonly exited: Exit;
}

export interface Frame {
  readonly kind: FrameKind;
  readonly child: number;
  readonly payload: Buffer;
}

const headBytes = 9;
const nothing = new Uint8Array();

export function encodeFrame(kind: FrameKind, child: number, payload: Uint8Array = nothing): Buffer {
  const frame = Buffer.allocUnsafe(headBytes + payload.length);
  frame.writeUInt32BE(payload.length + headBytes - 4, 0);
  frame.writeUInt8(frameKinds.indexOf(kind), 4);
  frame.writeUInt32BE(child, 5);
  frame.set(payload, headBytes);
  return frame;
}

export function encodeData<K extends keyof FrameData>(kind: K, child: number, data: FrameData[K]): Buffer {
  return encodeFrame(kind, child, Buffer.from(JSON.stringify(data)));
}

/** The data of a frame of that kind; both sides are of one program, so it is trusted. */
export function dataOf<K extends keyof FrameData>(_: K, { payload }: Frame): FrameData[K] {
  return JSON.parse(payload.toString("utf8")) as FrameData[K];
}

/** Cuts what comes in into frames. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  *push(bytes: Buffer): Generator<Frame> {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= headBytes) {
      const end = this.#rest.readUInt32BE(0) + 4;
      if (this.#rest.length < end) return;
      const frame = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      const kind = frameKinds[frame.readUInt8(4)];
      if (kind === undefined) throw new TypeError("a frame of no known kind");
      yield { kind, child: frame.readUInt32BE(5), payload: frame.subarray(headBytes) };
    }
  }
}
