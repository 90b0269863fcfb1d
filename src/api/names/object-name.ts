/**
 * What `metadata.name` may be, by kind. Each check takes `isPrefix` for `generateName`, whose trailing `-` is
 * forgiven since five characters will follow it.
 */
import { type Check, good, type NameCheck } from "./check.ts";
import { dns1035Label, dnsLabel, dnsSubdomain } from "./dns.ts";
import { canonicalIp } from "./ip.ts";

function masked(check: Check): NameCheck {
  return (name, isPrefix) =>
    check(isPrefix && name.endsWith("-") && name.length > 1 ? `${name.slice(0, -1)}a` : name);
}

export const subdomainName: NameCheck = masked(dnsSubdomain);
export const labelName: NameCheck = masked(dnsLabel);
export const label1035Name: NameCheck = masked(dns1035Label);

/** Any text that is one segment of a path: RBAC names such as `system:node`. */
export const pathSegmentName: NameCheck = (name, isPrefix) => {
  if (!isPrefix && (name === "." || name === "..")) return [`may not be "${name}"`];
  const complaints: string[] = [];
  if (name.includes("/")) complaints.push("may not contain '/'");
  if (name.includes("%")) complaints.push("may not contain '%'");
  return complaints.length === 0 ? good : complaints;
};

/** An IPAddress object is named by its canonical address. */
export const ipName: NameCheck = (name) => canonicalIp(name);
