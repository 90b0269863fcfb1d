/** Reading the addresses and aliases out of an upstream's answer, to put them behind an alias of ours. */
import { type PreparedAnswer } from "./message.ts";
import { readRecords } from "./response.ts";
import { responseCodes, type ResourceRecord } from "./record.ts";

/** The answer's CNAME, A and AAAA records; undefined when the upstream had no answer to give. */
export function followed(
  questionBytes: Uint8Array,
  prepared: PreparedAnswer,
  ageSeconds: number,
): readonly ResourceRecord[] | undefined {
  const { code } = prepared;
  if (code !== responseCodes.NOERROR && code !== responseCodes.NXDOMAIN) return undefined;
  return readRecords(questionBytes, prepared).map((record) => ({
    ...record,
    ttlSeconds: Math.max(0, record.ttlSeconds - ageSeconds),
  }));
}
