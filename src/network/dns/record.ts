/** Questions, records and answers as data. Names are lower-case text without the last dot; `""` is the root. */

export const recordTypes = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  ANY: 255,
} as const;

/** What a record says, by type. Addresses are bytes. */
export type RecordData =
  | { readonly type: "A" | "AAAA"; readonly address: Uint8Array }
  | { readonly type: "CNAME" | "PTR" | "NS"; readonly target: string }
  | {
      readonly type: "SRV";
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | { readonly type: "TXT"; readonly text: string }
  | {
      readonly type: "SOA";
      readonly server: string;
      readonly mailbox: string;
      readonly serial: number;
      readonly minimumSeconds: number;
    };

export interface ResourceRecord {
  readonly name: string;
  readonly ttlSeconds: number;
  readonly data: RecordData;
}

export interface Question {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export const responseCodes = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;
export type ResponseCode = keyof typeof responseCodes;

/** The answer to one question, before it is bytes. */
export interface Answer {
  readonly code: ResponseCode;
  /** The records come from our own zone. */
  readonly authoritative: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
}

/** The number's name, as in metrics: `A`, or `other`. */
export function typeName(type: number): string {
  for (const [name, number] of Object.entries(recordTypes)) if (number === type) return name;
  return "other";
}
