/** PEM (RFC 7468): base64 between two lines. */
import { PkiError } from "./pki-error.ts";

export function pemOf(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** The bytes of the first block, whatever its label. Throws `malformed`. */
export function derOf(pem: string): Uint8Array {
  const block = /-----BEGIN [A-Z0-9 ]+-----([^-]+)-----END/.exec(pem)?.[1];
  if (block === undefined) throw new PkiError("malformed", "Cannot read the text: it holds no PEM block");
  return Buffer.from(block, "base64");
}
