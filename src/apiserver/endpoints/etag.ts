/** Revalidation of documents (RFC 9110, section 13). */
import type { Answer, Call } from "../call.ts";

/** Whether the client has what this tag names. */
export function hasTag(call: Call, etag: string): boolean {
  const known = call.header("if-none-match")?.split(",") ?? [];
  return known.some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "") === etag);
}

export function notModified(headers: Readonly<Record<string, string>>): Answer {
  return { status: 304, headers, body: { type: "bytes", bytes: new Uint8Array() } };
}
