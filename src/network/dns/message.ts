/**
 * Messages on the wire (RFC 1035 section 4, EDNS0 of RFC 6891). An answer is kept as its tail, the bytes after the
 * question: compression pointers into the question stay right, since every asker's question is as long, and the
 * asker's own spelling of the name comes back to him.
 *
 *   header (12) | question (as asked) | tail: answers, authority, additional | OPT, when asked with one
 */
import { maxAnswerRecords, maxUdpBytes, plainUdpBytes } from "./limits.ts";
import { decodeName } from "./name.ts";
import {
  type Answer,
  type Question,
  type ResourceRecord,
  type ResponseCode,
  recordTypes,
  responseCodes,
} from "./record.ts";
import { TailWriter, writeRecord } from "./tail-writer.ts";
import { at16, headerBytes, put16, RESPONSE, recordAt, TRUNCATED } from "./wire.ts";

const AUTHORITATIVE = 0x0400;
const RECURSION_DESIRED = 0x0100;
const RECURSION_AVAILABLE = 0x0080;

/** What we must know of a query to answer it. */
export interface Query {
  readonly id: number;
  readonly recursionDesired: boolean;
  readonly question: Question;
  /** The question as it stood in the message. */
  readonly questionBytes: Uint8Array;
  /** What fits an answer over UDP. */
  readonly maxUdpBytes: number;
  readonly edns: boolean;
}

/** A query that has no answer but this code; without `id`, silence. */
export interface BadQuery {
  readonly code: ResponseCode;
  readonly id: number;
}

/** An answer as bytes, for any asker of its question. */
export interface PreparedAnswer {
  readonly code: number;
  readonly authoritative: boolean;
  readonly counts: readonly [answers: number, authority: number, additional: number];
  readonly tail: Uint8Array;
  /** Where TTLs stand in the tail. */
  readonly ttlOffsets: readonly number[];
}

/** Reads a query; undefined for what deserves no answer (a response, or less than a header). Never throws. */
export function decodeQuery(bytes: Uint8Array): Query | BadQuery | undefined {
  if (bytes.length < headerBytes || (at16(bytes, 2) & RESPONSE) !== 0) return undefined;
  const id = at16(bytes, 0);
  const flags = at16(bytes, 2);
  if ((flags & 0x7800) !== 0) return { code: "NOTIMP", id };
  if (at16(bytes, 4) !== 1) return { code: "FORMERR", id };
  const name = decodeName(bytes, headerBytes);
  if (name === undefined || name.next + 4 > bytes.length) return { code: "FORMERR", id };
  const question = { name: name.name, type: at16(bytes, name.next), class: at16(bytes, name.next + 2) };
  const questionEnd = name.next + 4;
  const skipped = skipRecords(bytes, questionEnd, at16(bytes, 6) + at16(bytes, 8));
  const opt = skipped === undefined ? undefined : findOpt(bytes, skipped, at16(bytes, 10));
  if (opt === undefined) return { code: "FORMERR", id };
  if (opt.version > 0) return { code: "BADVERS", id };
  return {
    id,
    recursionDesired: (flags & RECURSION_DESIRED) !== 0,
    question,
    questionBytes: bytes.subarray(headerBytes, questionEnd),
    maxUdpBytes: opt.found ? Math.min(maxUdpBytes, Math.max(plainUdpBytes, opt.size)) : plainUdpBytes,
    edns: opt.found,
  };
}

/** A query to an upstream. */
export function encodeQuery(id: number, question: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headerBytes + question.length + 11);
  put16(bytes, 0, id);
  put16(bytes, 2, RECURSION_DESIRED);
  put16(bytes, 4, 1);
  put16(bytes, 10, 1);
  bytes.set(question, headerBytes);
  putOpt(bytes, headerBytes + question.length, 0);
  return bytes;
}

/** The question's bytes, for a question of our own. */
export function encodeQuestion({ name, type, class: ofClass }: Question): Uint8Array {
  const writer = new TailWriter("", 0);
  writer.name(name);
  writer.uint16(type);
  writer.uint16(ofClass);
  return writer.bytes;
}

/** Answers to `name` as bytes. */
export function prepareAnswer(name: string, answer: Answer): PreparedAnswer {
  const writer = new TailWriter(name, headerBytes);
  const ttlOffsets: number[] = [];
  const write = (records: readonly ResourceRecord[]): number => {
    const some = records.slice(0, maxAnswerRecords);
    for (const record of some) writeRecord(writer, record, ttlOffsets);
    return some.length;
  };
  const counts = [write(answer.answers), write(answer.authority), write(answer.additional)] as const;
  const { code, authoritative } = answer;
  return { code: responseCodes[code], authoritative, counts, tail: writer.bytes, ttlOffsets };
}

/** The whole message for one asker; cut down to a hint to come by TCP when longer than `maxBytes`. */
export function encodeAnswer(
  query: Query,
  prepared: PreparedAnswer,
  maxBytes: number,
  ageSeconds = 0,
): Uint8Array {
  const { questionBytes, edns } = query;
  const start = headerBytes + questionBytes.length;
  const optBytes = edns ? 11 : 0;
  const fits = start + prepared.tail.length + optBytes <= maxBytes;
  const end = fits ? start + prepared.tail.length : start;
  const bytes = new Uint8Array(end + optBytes);
  const [answers, authority, additional] = fits ? prepared.counts : [0, 0, 0];
  put16(bytes, 0, query.id);
  const flags =
    RESPONSE |
    RECURSION_AVAILABLE |
    (query.recursionDesired ? RECURSION_DESIRED : 0) |
    (prepared.authoritative ? AUTHORITATIVE : 0) |
    (fits ? 0 : TRUNCATED);
  put16(bytes, 2, flags | (prepared.code & 15));
  put16(bytes, 4, 1);
  put16(bytes, 6, answers);
  put16(bytes, 8, authority);
  put16(bytes, 10, additional + (edns ? 1 : 0));
  bytes.set(questionBytes, headerBytes);
  if (fits) bytes.set(prepared.tail, start);
  if (fits && ageSeconds > 0) for (const at of prepared.ttlOffsets) age(bytes, start + at, ageSeconds);
  if (edns) putOpt(bytes, end, prepared.code >> 4);
  return bytes;
}

/** An answer without question or records. */
export function encodeRefusal({ id, code }: BadQuery): Uint8Array {
  const number = responseCodes[code];
  const extended = number >> 4 !== 0;
  const bytes = new Uint8Array(headerBytes + (extended ? 11 : 0));
  put16(bytes, 0, id);
  put16(bytes, 2, RESPONSE | RECURSION_AVAILABLE | (number & 15));
  if (extended) {
    put16(bytes, 10, 1);
    putOpt(bytes, headerBytes, number >> 4);
  }
  return bytes;
}

function skipRecords(bytes: Uint8Array, start: number, count: number): number | undefined {
  let at = start;
  for (let left = count; left > 0; left -= 1) {
    const record = recordAt(bytes, at);
    if (record === undefined) return undefined;
    at = record.next;
  }
  return at;
}

function findOpt(
  bytes: Uint8Array,
  start: number,
  count: number,
): { readonly found: boolean; readonly size: number; readonly version: number } | undefined {
  let at = start;
  let opt = { found: false, size: 0, version: 0 };
  for (let left = count; left > 0; left -= 1) {
    const record = recordAt(bytes, at);
    if (record === undefined) return undefined;
    if (record.type === recordTypes.OPT) {
      if (opt.found) return undefined;
      opt = { found: true, size: record.class, version: (record.ttl >>> 16) & 255 };
    }
    at = record.next;
  }
  return opt;
}

function age(bytes: Uint8Array, at: number, seconds: number): void {
  const ttl = Math.max(0, at16(bytes, at) * 65_536 + at16(bytes, at + 2) - seconds);
  put16(bytes, at, Math.floor(ttl / 65_536));
  put16(bytes, at + 2, ttl % 65_536);
}

/** An OPT record: what we take over UDP, and the high bits of the code. */
function putOpt(bytes: Uint8Array, at: number, codeHigh: number): void {
  put16(bytes, at + 1, recordTypes.OPT);
  put16(bytes, at + 3, maxUdpBytes);
  bytes[at + 5] = codeHigh;
}
