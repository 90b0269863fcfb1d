/** SHA-1 as the handshake of WebSocket asks for it: a checksum there, and no secret (RFC 6455 §4.2.2). */
import { createHash } from "node:crypto";

export function sha1Base64(text: string): string {
  return createHash("sha1").update(text).digest("base64");
}
