/**
 * Messages on the wire (RFC 1035 section 4, EDNS0 of RFC 6891). An answer is kept as its tail, the bytes after the
 * question: compression pointers into the question stay right, since every asker's question is as long, and the
 * asker's own spelling of the name comes back to him.
 *
 *   header (12) | question (as asked) | tail: answers, authority, additional | OPT, when asked with one
 */
import { maxAnswerRecords, maxUdpBytes, plainUdpBytes } from "./limits.ts";
import { decodeName, labelsOf, parentOf } from "./name.ts";
import {
  type Answer,
  type Question,
  type RecordData,
  type ResourceRecord,
  type ResponseCode,
  recordTypes,
  responseCodes,
} from "./record.ts";

export const headerBytes = 12;
const RESPONSE = 0x8000;
const AUTHORITATIVE = 0x0400;
const TRUNCATED = 0x0200;
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

export interface Response {
  readonly id: number;
  readonly truncated: boolean;
  readonly prepared: PreparedAnswer;
  readonly questionBytes: Uint8Array;
  /** The smallest TTL of its records; undefined without any. */
  readonly ttlSeconds: number | undefined;
}

/** Reads an upstream's response, without its OPT; undefined when it is none. Never throws. */
export function decodeResponse(bytes: Uint8Array): Response | undefined {
  if (bytes.length < headerBytes || (at16(bytes, 2) & RESPONSE) === 0 || at16(bytes, 4) !== 1)
    return undefined;
  const name = decodeName(bytes, headerBytes);
  if (name === undefined || name.next + 4 > bytes.length) return undefined;
  const start = name.next + 4;
  const counts: [number, number, number] = [0, 0, 0];
  const ttlOffsets: number[] = [];
  let ttlSeconds: number | undefined;
  let end = start;
  for (const section of [0, 1, 2] as const) {
    for (let left = at16(bytes, 6 + 2 * section); left > 0; left -= 1) {
      const record = recordAt(bytes, end);
      if (record === undefined) return undefined;
      if (record.type === recordTypes.OPT) break; // Ours goes in its place; what is behind it is only additional.
      ttlOffsets.push(record.ttlAt - start);
      ttlSeconds = Math.min(ttlSeconds ?? record.ttl, record.ttl);
      counts[section] += 1;
      end = record.next;
    }
  }
  const flags = at16(bytes, 2);
  return {
    id: at16(bytes, 0),
    truncated: (flags & TRUNCATED) !== 0,
    prepared: {
      code: flags & 15,
      authoritative: false,
      counts,
      tail: Uint8Array.from(bytes.subarray(start, end)),
      ttlOffsets,
    },
    questionBytes: bytes.subarray(headerBytes, start),
    ttlSeconds,
  };
}

/** The addresses and aliases among the answers; others are left out. */
export function readRecords(questionBytes: Uint8Array, prepared: PreparedAnswer): readonly ResourceRecord[] {
  const bytes = Buffer.concat([new Uint8Array(headerBytes), questionBytes, prepared.tail]);
  const records: ResourceRecord[] = [];
  let at = headerBytes + questionBytes.length;
  for (let left = prepared.counts[0]; left > 0; left -= 1) {
    const place = recordAt(bytes, at);
    if (place === undefined) break;
    const name = decodeName(bytes, at)?.name ?? "";
    const data = dataOf(bytes, place);
    if (data !== undefined) records.push({ name, ttlSeconds: place.ttl, data });
    at = place.next;
  }
  return records;
}

function dataOf(bytes: Uint8Array, { type, ttlAt, next }: RecordPlace): RecordData | undefined {
  const start = ttlAt + 6;
  if (type === recordTypes.A && next - start === 4)
    return { type: "A", address: Uint8Array.from(bytes.subarray(start, next)) };
  if (type === recordTypes.AAAA && next - start === 16)
    return { type: "AAAA", address: Uint8Array.from(bytes.subarray(start, next)) };
  const target = type === recordTypes.CNAME ? decodeName(bytes, start)?.name : undefined;
  return target === undefined ? undefined : { type: "CNAME", target };
}

interface RecordPlace {
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly ttlAt: number;
  readonly next: number;
}

function recordAt(bytes: Uint8Array, at: number): RecordPlace | undefined {
  const name = decodeName(bytes, at);
  if (name === undefined || name.next + 10 > bytes.length) return undefined;
  const ttlAt = name.next + 4;
  const next = name.next + 10 + at16(bytes, name.next + 8);
  if (next > bytes.length) return undefined;
  const ttl = at16(bytes, ttlAt) * 65_536 + at16(bytes, ttlAt + 2);
  return { type: at16(bytes, name.next), class: at16(bytes, name.next + 2), ttl, ttlAt, next };
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

function writeRecord(
  writer: TailWriter,
  { name, ttlSeconds, data }: ResourceRecord,
  ttlOffsets: number[],
): void {
  writer.name(name);
  writer.uint16(recordTypes[data.type]);
  writer.uint16(1);
  ttlOffsets.push(writer.length);
  writer.uint32(ttlSeconds);
  writer.sized(() => writeData(writer, data));
}

function writeData(writer: TailWriter, data: RecordData): void {
  switch (data.type) {
    case "A":
    case "AAAA":
      return writer.raw(data.address);
    case "CNAME":
    case "PTR":
    case "NS":
      return writer.name(data.target);
    case "SRV":
      for (const number of [data.priority, data.weight, data.port]) writer.uint16(number);
      return writer.name(data.target, false); // RFC 2782: not compressed.
    case "TXT":
      for (let at = 0; at === 0 || at < data.text.length; at += 255) {
        const part = Buffer.from(data.text.slice(at, at + 255), "latin1");
        writer.raw(Uint8Array.of(part.length, ...part));
      }
      return;
    case "SOA":
      writer.name(data.server);
      writer.name(data.mailbox);
      for (const number of [data.serial, 7_200, 1_800, 86_400, data.minimumSeconds]) writer.uint32(number);
  }
}

/** Writes what stands after a question, with pointers into it. */
class TailWriter {
  #bytes = Buffer.allocUnsafe(512);
  #length = 0;
  readonly #start: number;
  readonly #offsets = new Map<string, number>();

  /** `questionName` stands at `questionAt`, and the tail after it; without a name, the tail begins at 0. */
  constructor(questionName: string, questionAt: number) {
    let at = questionAt;
    for (let name = questionName; name !== ""; name = parentOf(name)) {
      this.#offsets.set(name, at);
      at += 1 + (labelsOf(name)[0]?.length ?? 0);
    }
    this.#start = questionAt === 0 ? 0 : at + 1 + 4;
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(0, this.#length));
  }

  name(name: string, compress = true): void {
    for (let rest = name; rest !== ""; rest = parentOf(rest)) {
      const known = this.#offsets.get(rest);
      if (compress && known !== undefined) return this.uint16(0xc000 | known);
      const here = this.#start + this.#length;
      if (known === undefined && here < 0x4000) this.#offsets.set(rest, here);
      const label = labelsOf(rest)[0] ?? "";
      this.raw(Uint8Array.of(label.length));
      this.raw(Buffer.from(label, "latin1"));
    }
    this.raw(Uint8Array.of(0));
  }

  uint16(value: number): void {
    this.#room(2);
    this.#length = this.#bytes.writeUInt16BE(value, this.#length);
  }

  uint32(value: number): void {
    this.#room(4);
    this.#length = this.#bytes.writeUInt32BE(value, this.#length);
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Puts the length of what `write` writes before it. */
  sized(write: () => void): void {
    const at = this.#length;
    this.uint16(0);
    write();
    this.#bytes.writeUInt16BE(this.#length - at - 2, at);
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    this.#bytes = Buffer.concat([this.#bytes], 2 * (this.#length + more));
  }
}

function at16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
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
