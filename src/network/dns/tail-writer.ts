/** Writes records after a question, with pointers back to names that are already there (RFC 1035 section 4.1.4). */
import { labelsOf, parentOf } from "./name.ts";
import { type RecordData, type ResourceRecord, recordTypes } from "./record.ts";

/** Notes in `ttlOffsets` where the TTL stands. */
export function writeRecord(
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
export class TailWriter {
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
