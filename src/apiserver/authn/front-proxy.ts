/**
 * Users of whom a front proxy tells in headers (`X-Remote-User`, `-Uid`, `-Group`, `-Extra-KEY`): it is believed when its
 * certificate is of the front proxies' authority and has one of the names that they may have.
 */
import type { Call, PeerCertificate } from "../call.ts";
import type { User } from "../user.ts";

const prefix = "x-remote-";
const extraPrefix = `${prefix}extra-`;

/** Undefined when the proxy is none of these, or tells of nobody. */
export function userOfFrontProxy(
  call: Call,
  { commonName }: PeerCertificate,
  names: readonly string[],
): User | undefined {
  if (!names.includes(commonName)) return undefined;
  const told = call.headers(prefix).filter(([, value]) => value !== "");
  const valuesOf = (header: string): readonly string[] =>
    told.flatMap(([name, value]) => (name === prefix + header ? [value] : []));
  const [name] = valuesOf("user");
  if (name === undefined) return undefined;
  const extra = new Map<string, string[]>();
  for (const [header, value] of call.headers(extraPrefix)) {
    const key = unescaped(header.slice(extraPrefix.length));
    extra.set(key, [...(extra.get(key) ?? []), value]);
  }
  const [uid = ""] = valuesOf("uid");
  return { name, uid, groups: valuesOf("group"), extra: Object.fromEntries(extra) };
}

/** A header's name cannot hold each character of a key: they may be escaped as in a path. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
