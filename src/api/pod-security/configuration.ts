/**
 * A PodSecurityConfiguration (pod-security.admission.config.k8s.io/v1): the policy of namespaces whose labels say
 * nothing, and who is exempt from all. Source: KEP-2579.
 */
import { decode } from "../codec/decode.ts";
import { FieldErrors } from "../field-errors.ts";
import { dnsLabel, dnsSubdomain } from "../names/dns.ts";
import { kind, list, message, omitempty, type Plain, type Shape, string } from "../schema/mod.ts";
import { type LevelVersion, openPolicy, readLevel, readVersion, type SecurityPolicy } from "./levels.ts";

interface Defaults extends Shape<typeof Defaults>, Plain {}
const Defaults = message<Defaults>("PodSecurityDefaults")({
  enforce: omitempty(1, string),
  "enforce-version": omitempty(2, string),
  audit: omitempty(3, string),
  "audit-version": omitempty(4, string),
  warn: omitempty(5, string),
  "warn-version": omitempty(6, string),
});

interface Exemptions extends Shape<typeof Exemptions>, Plain {}
const Exemptions = message<Exemptions>("PodSecurityExemptions")({
  usernames: omitempty(1, list(string)),
  namespaces: omitempty(2, list(string)),
  runtimeClasses: omitempty(3, list(string)),
});

interface File extends Shape<typeof File>, Plain {}
const File = kind<File>(
  "pod-security.admission.config.k8s.io/v1",
  "PodSecurityConfiguration",
)({
  defaults: omitempty(1, Defaults),
  exemptions: omitempty(2, Exemptions),
});

/** What holds beside the labels of namespaces. */
export interface PodSecuritySettings {
  /** Where a namespace has no label for it. */
  readonly defaults: SecurityPolicy;
  readonly exempt: {
    readonly usernames: readonly string[];
    readonly namespaces: readonly string[];
    readonly runtimeClasses: readonly string[];
  };
}

/** Nothing is asked of anybody, and nobody is exempt. */
export const openPodSecurity: PodSecuritySettings = {
  defaults: openPolicy,
  exempt: { usernames: [], namespaces: [], runtimeClasses: [] },
};

/** Reads plain data or a document. Throws `DecodeError`; what decodes and is wrong is in `errors`. */
export function readPodSecurity(data: unknown): {
  readonly settings: PodSecuritySettings;
  readonly errors: FieldErrors;
} {
  const { defaults = {}, exemptions = {} } = decode(File, data, "strict").object;
  const errors = new FieldErrors();
  const read = (mode: keyof SecurityPolicy): LevelVersion => {
    const { [mode]: level = "privileged", [`${mode}-version` as const]: version = "latest" } = defaults;
    return {
      level: readLevel(level, `defaults.${mode}`, errors) ?? "restricted",
      minor: readVersion(version, `defaults.${mode}-version`, errors),
    };
  };
  const policy = { enforce: read("enforce"), warn: read("warn"), audit: read("audit") };
  const checked = (field: keyof Exemptions, complaints: (name: string) => readonly string[]) => {
    const names = exemptions[field] ?? [];
    for (const [i, name] of names.entries()) {
      const path = `exemptions.${field}[${i}]`;
      const found = complaints(name).join(", ");
      if (name === "" && field === "usernames") errors.required(path);
      else if (found !== "") errors.invalid(path, name, found);
      else if (names.indexOf(name) < i) errors.duplicate(path, name);
    }
    return names;
  };
  const exempt = {
    namespaces: checked("namespaces", dnsLabel),
    runtimeClasses: checked("runtimeClasses", dnsSubdomain),
    usernames: checked("usernames", () => []),
  };
  return { settings: { defaults: policy, exempt }, errors };
}
