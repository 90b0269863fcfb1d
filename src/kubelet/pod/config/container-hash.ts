/**
 * A fingerprint of what makes a container another container: its name and image. It is kept with the
 * container, so that a changed image restarts it, and a kubelet that was restarted finds that nothing
 * changed.
 */

/** Eight hexadecimal digits (FNV-1a). */
export function containerHash(spec: { readonly name: string; readonly image?: string }): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(JSON.stringify([spec.name, spec.image ?? ""]))) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, "0");
}
