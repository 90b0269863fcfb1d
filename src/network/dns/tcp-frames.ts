/** DNS over TCP: each message has its length before it, in two bytes (RFC 1035 section 4.2.2). */

/** Takes bytes as they come, gives whole messages. */
export class FrameReader {
  #held: Uint8Array = new Uint8Array(0);

  /** The messages that `chunk` completes. What is held is at most one message. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    let rest: Uint8Array = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const messages: Uint8Array[] = [];
    for (;;) {
      const size = ((rest[0] ?? 0) << 8) | (rest[1] ?? 0);
      if (rest.length < 2 || rest.length < 2 + size) break;
      messages.push(rest.subarray(2, 2 + size));
      rest = rest.subarray(2 + size);
    }
    this.#held = Uint8Array.from(rest);
    return messages;
  }
}

export function frame(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(2 + message.length);
  bytes[0] = message.length >> 8;
  bytes[1] = message.length;
  bytes.set(message, 2);
  return bytes;
}
