/**
 * `pod-template-hash`: 32-bit FNV-1a over the template's canonical JSON, written in the alphabet of generated names. It only
 * has to be stable and to differ for different templates; replica sets are found again by comparing templates.
 */
import { PodTemplateSpec, sameOf } from "#api";

export const TEMPLATE_HASH = "pod-template-hash";

const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** `collisionCount` moves on to another hash after a name was found taken. */
export function templateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  const salt = collisionCount === undefined ? "" : `#${collisionCount}`;
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(canonical(template) + salt)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return [...String(hash)].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join("");
}

/** Equal but for the hash label, which the controller adds itself. */
export function sameTemplate(left: PodTemplateSpec, right: PodTemplateSpec): boolean {
  return sameOf(PodTemplateSpec, withoutHash(left), withoutHash(right));
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [TEMPLATE_HASH]: _, ...labels } = template.metadata.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/**
 * JSON with sorted keys and without what is absent, or an empty list, so that every spelling of one template is one text.
 * An empty message is none of them: an empty affinity is another template than none.
 */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    const entries = Object.entries(inner).filter(([, item]) => !isAbsent(item));
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
