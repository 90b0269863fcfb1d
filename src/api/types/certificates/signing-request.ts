/** Whether bytes are a PKCS#10 request in PEM, by its outer shape (RFC 2986): reading it whole is the signer's work. */

/** `base64` of PEM text. A request is a SEQUENCE of info (a SEQUENCE that opens with version 0), algorithm, signature. */
export function isSigningRequest(base64: string): boolean {
  const text = Buffer.from(base64, "base64").toString("latin1");
  const match =
    /-----BEGIN CERTIFICATE REQUEST-----\s*([A-Za-z0-9+/=\s]+?)-----END CERTIFICATE REQUEST-----/.exec(text);
  if (match === null) return false;
  const der = Buffer.from((match[1] ?? "").replaceAll(/\s/g, ""), "base64");
  const outer = valueOf(der, 0, sequence);
  if (outer === undefined || outer.end !== der.length) return false;
  const info = valueOf(der, outer.start, sequence);
  if (info === undefined) return false;
  const version = valueOf(der, info.start, integer);
  const algorithm = valueOf(der, info.end, sequence);
  const signature = algorithm && valueOf(der, algorithm.end, bitString);
  return version !== undefined && der[version.start] === 0 && signature?.end === outer.end;
}

const sequence = 0x30;
const integer = 0x02;
const bitString = 0x03;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The value of the element of that tag at `offset` (X.690), when it fits. */
function valueOf(der: Uint8Array, offset: number, tag: number): Span | undefined {
  if (der[offset] !== tag) return undefined;
  const first = der[offset + 1] ?? 0x80;
  let length = first;
  let start = offset + 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) return undefined;
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (der[start + i] ?? 0);
    start += count;
  }
  const end = start + length;
  return end <= der.length ? { start, end } : undefined;
}
