/** The plain kinds of answers. */
import { stringifyJson } from "#api";
import type { Answer, Call } from "./call.ts";
import { type Encoding, MEDIA_TYPES, wantsPretty } from "./negotiate.ts";

/** Of `pretty` answers, in spaces. */
export const INDENT = 2;

/** Whether the answer goes to code in this process, as data. */
export function isInProcess(call: Call): boolean {
  return call.user !== undefined;
}

/** Data as it is. */
export function dataAnswer(status: number, data: unknown): Answer {
  return { status, headers: {}, body: { type: "data", data } };
}

/** Bytes that are encoded already. */
export function bytesAnswer(status: number, encoding: Encoding, bytes: Uint8Array): Answer {
  return { status, headers: { "content-type": MEDIA_TYPES[encoding.media] }, body: { type: "bytes", bytes } };
}

/** Text of any type. */
export function textAnswer(status: number, contentType: string, text: string): Answer {
  return {
    status,
    headers: { "content-type": contentType },
    body: { type: "bytes", bytes: Buffer.from(text) },
  };
}

/** A line for people, which no browser takes for a page. */
export function lineAnswer(status: number, text: string): Answer {
  const headers = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };
  return { status, headers, body: { type: "bytes", bytes: Buffer.from(text) } };
}

/** JSON text for sockets, the value itself in process. */
export function jsonAnswer(call: Call, status: number, value: unknown): Answer {
  if (isInProcess(call)) return dataAnswer(status, value);
  return textAnswer(
    status,
    MEDIA_TYPES.json,
    `${stringifyJson(value, wantsPretty(call) ? INDENT : undefined)}\n`,
  );
}
