/** Reading what upstreams answer. Everything here takes any bytes and never throws. */
import type { PreparedAnswer } from "./message.ts";
import { decodeName } from "./name.ts";
import { type RecordData, type ResourceRecord, recordTypes } from "./record.ts";
import { at16, headerBytes, RESPONSE, type RecordPlace, recordAt, TRUNCATED } from "./wire.ts";

/** An upstream's answer. */
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
