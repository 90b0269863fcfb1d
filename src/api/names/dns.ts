/**
 * Names of the domain name system as the API uses them (RFC 1035, RFC 1123): labels, subdomains, host names
 * with a wildcard, fully qualified names. Patterns are linear: no nested repetition over the same characters.
 */
import { type Check, good, pattern } from "./check.ts";

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const LABEL_UNDERSCORE = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
export const maxLabelBytes = 63;
const maxSubdomainBytes = 253;

/** A lowercase RFC 1123 label of at most 63 bytes: the name of a Namespace or a container. */
export const dnsLabel: Check = pattern(
  "must be a lowercase RFC 1123 label: lowercase letters, digits and '-', not '-' at an end",
  new RegExp(`^${LABEL}$`),
  maxLabelBytes,
  "my-name",
);

/** A lowercase RFC 1123 subdomain of at most 253 bytes: the name of most objects. */
export const dnsSubdomain: Check = pattern(
  "must be a lowercase RFC 1123 subdomain: labels of lowercase letters, digits and '-', joined by '.'",
  new RegExp(`^${LABEL}(\\.${LABEL})*$`),
  maxSubdomainBytes,
  "example.com",
);

/** As `dnsSubdomain`, with `_` inside labels: a search domain of a pod's DNS configuration. */
export const dnsSubdomainUnderscore: Check = pattern(
  "must be a subdomain of lowercase letters, digits, '-', '_' and '.'",
  new RegExp(`^${LABEL_UNDERSCORE}(\\.${LABEL_UNDERSCORE})*$`),
  maxSubdomainBytes,
  "_tcp.example.com",
);

/** An RFC 1035 label, which starts with a letter. */
export const dns1035Label: Check = pattern(
  "must be an RFC 1035 label: lowercase letters, digits and '-', starting with a letter",
  /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
  maxLabelBytes,
  "my-name",
);

/** `*.example.com`. */
export const wildcardSubdomain: Check = pattern(
  "must be '*.' followed by a lowercase RFC 1123 subdomain",
  new RegExp(`^\\*\\.${LABEL}(\\.${LABEL})*$`),
  maxSubdomainBytes,
  "*.example.com",
);

/** At least two labels: the name of a custom resource's group. */
export const fullyQualifiedName: Check = (value) => {
  if (value === "") return ["must not be empty"];
  const complaints = dnsSubdomain(value);
  if (complaints.length > 0) return complaints;
  return value.split(".").length < 2 ? ["must have at least two labels joined by '.'"] : good;
};

/**
 * At least two labels, each a DNS label, with an optional dot at the end: a finalizer's or signer's domain.
 */
export const fullyQualifiedDomainName: Check = (value) => {
  if (value === "") return ["must not be empty"];
  const name = value.endsWith(".") ? value.slice(0, -1) : value;
  const subdomain = dnsSubdomain(name);
  if (subdomain.length > 0) return subdomain;
  const labels = name.split(".");
  if (labels.length < 2) return ["must have at least two labels joined by '.'"];
  return labels.flatMap((label) => dnsLabel(label));
};

/** `example.com/some/path`: the name of a gate or a status condition that others own. */
export const domainPrefixedPath: Check = (value) => {
  if (value === "") return ["must not be empty"];
  const slash = value.indexOf("/");
  if (slash <= 0 || slash === value.length - 1) return ["must be a domain and a path joined by '/'"];
  const complaints = [...dnsSubdomain(value.slice(0, slash))];
  if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(value.slice(slash + 1))) {
    complaints.push("must have a path of the characters that RFC 3986 allows");
  }
  return complaints;
};
