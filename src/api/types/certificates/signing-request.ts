/** Whether bytes are a PKCS#10 request in PEM, by its outer shape (RFC 2986): reading it whole is the signer's work. */

/** `base64` of PEM text. A request is a SEQUENCE of info (a SEQUENCE that opens with version 0), algorithm, signature. */
export function isSigningRequest(base64: string): boolean {
  const der = derOf(base64);
  if (der === undefined) return false;
  const outer = valueOf(der, 0, sequence);
  if (outer === undefined || outer.end !== der.length) return false;
  const info = valueOf(der, outer.start, sequence);
  if (info === undefined) return false;
  const version = valueOf(der, info.start, integer);
  const algorithm = valueOf(der, info.end, sequence);
  const signature = algorithm && valueOf(der, algorithm.end, bitString);
  return version !== undefined && der[version.start] === 0 && signature?.end === outer.end;
}

/** Whether bytes are certificates in PEM and nothing else, by their outer shape (RFC 5280, RFC 7468), at least one. */
export function isCertificates(base64: string): boolean {
  const text = Buffer.from(base64, "base64").toString("latin1");
  const blocks = [...text.matchAll(/-----BEGIN ([^-]+)-----([^-]*)-----END \1-----/g)];
  return (
    blocks.length > 0 &&
    blocks.every(([, label, body = ""]) => {
      // A header has a colon, which base64 has not.
      if (label !== "CERTIFICATE" || body.includes(":")) return false;
      const der = Buffer.from(body.replaceAll(/\s/g, ""), "base64");
      const outer = valueOf(der, 0, sequence);
      const content = outer && valueOf(der, outer.start, sequence);
      const algorithm = content && valueOf(der, content.end, sequence);
      const signature = algorithm && valueOf(der, algorithm.end, bitString);
      return outer?.end === der.length && signature?.end === outer.end;
    })
  );
}

/** The organizations in its subject: the groups that the certificate would make its owner a member of. */
export function organizationsOf(base64: string): readonly string[] {
  const der = derOf(base64);
  const outer = der && valueOf(der, 0, sequence);
  const info = outer && valueOf(der, outer.start, sequence);
  const version = info && valueOf(der, info.start, integer);
  const subject = version && valueOf(der, version.end, sequence);
  if (der === undefined || subject === undefined) return [];
  return elementsIn(der, subject)
    .flatMap((relative) => elementsIn(der, relative))
    .flatMap((attribute) => {
      const [type, value] = elementsIn(der, attribute);
      if (type === undefined || value === undefined) return [];
      const isOrganization = Buffer.from(der.subarray(type.start, type.end)).equals(organizationType);
      return isOrganization ? [Buffer.from(der.subarray(value.start, value.end)).toString("utf8")] : [];
    });
}

/** 2.5.4.10 */
const organizationType = Buffer.from([0x55, 0x04, 0x0a]);

/** The values inside of one, whatever their tags. */
function elementsIn(der: Uint8Array, { start, end }: Span): readonly Span[] {
  const found: Span[] = [];
  for (let at = start; at < end; ) {
    const one = valueOf(der, at, der[at] ?? 0);
    if (one === undefined) break;
    found.push(one);
    at = one.end;
  }
  return found;
}

function derOf(base64: string): Buffer | undefined {
  const text = Buffer.from(base64, "base64").toString("latin1");
  const match =
    /-----BEGIN CERTIFICATE REQUEST-----\s*([A-Za-z0-9+/=\s]+?)-----END CERTIFICATE REQUEST-----/.exec(text);
  if (match === null) return undefined;
  return Buffer.from((match[1] ?? "").replaceAll(/\s/g, ""), "base64");
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
