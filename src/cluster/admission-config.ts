/**
 * What the command line says of admission: which plug-ins run (`--enable-admission-plugins`, `--disable-admission-plugins`),
 * what they add to pods (`--service-account-config-maps`), and the AdmissionConfiguration of `--admission-control-config-file`.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  dnsSubdomain,
  type JsonDocument,
  parseYamlDocument,
  type PodSecuritySettings,
  readAdmissionConfiguration,
  readPodSecurity,
} from "#api";
import { type ApiServerOptions, pluginNames } from "#apiserver";
import { messageOf } from "#base";
import { ClusterError } from "./errors.ts";

/** Not a plug-in upstream: nobody may turn it off. */
const own = "RbacEscalation";

/** Reads what `said` answers to the names of the options. Throws `bad-option`. */
export function readAdmission(
  said: (name: string) => string,
): Pick<ApiServerOptions, "podSecurity" | "disabledPlugins" | "tokenConfigMaps"> {
  const file = said("admissionControlConfigFile");
  const podSecurity = file === "" ? undefined : readAdmissionFile(file);
  return {
    disabledPlugins: readDisabledPlugins(said("enableAdmissionPlugins"), said("disableAdmissionPlugins")),
    tokenConfigMaps: readTokenConfigMaps(said("serviceAccountConfigMaps")),
    ...(podSecurity === undefined ? {} : { podSecurity }),
  };
}

/** The plug-ins that are not to run: all others do. Throws `bad-option`. */
export function readDisabledPlugins(enabled: string, disabled: string): readonly string[] {
  const lists = { enable: namesOf(enabled), disable: namesOf(disabled) };
  for (const [word, names] of Object.entries(lists)) {
    const unknown = names.find((name) => name === own || !pluginNames.includes(name));
    if (unknown !== undefined)
      throw refused(`--${word}-admission-plugins`, `"${unknown}" is no admission plug-in of this server`);
  }
  const both = lists.enable.find((name) => lists.disable.includes(name));
  if (both !== undefined) throw refused("--enable-admission-plugins", `"${both}" is disabled, too`);
  return lists.disable;
}

function namesOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function refused(option: string, why: string): ClusterError {
  const names = pluginNames.filter((name) => name !== own).join(", ");
  return new ClusterError("bad-option", `Cannot use ${option}: ${why}`, `There are ${names}.`);
}

/** Reads `NAME:KEY,NAME:KEY`, of which no two make one file. Throws `bad-option`. */
export function readTokenConfigMaps(text: string): NonNullable<ApiServerOptions["tokenConfigMaps"]> {
  const files = new Set(["token", "ca.crt", "namespace"]);
  return namesOf(text).map((one) => {
    const [, name = "", key = ""] = /^([^:]+):([-._a-zA-Z0-9]{1,253})$/.exec(one) ?? [];
    const isNamed = dnsSubdomain(name).length === 0 && !/^\.?$|^\.\./.test(key);
    if (isNamed && !files.has(key)) {
      files.add(key);
      return { name, key };
    }
    const why = isNamed ? `there is a file "${key}" beside the token already` : "it is not NAME:KEY";
    const message = `Cannot use --service-account-config-maps "${one}": ${why}`;
    throw new ClusterError("bad-option", message, "Use --service-account-config-maps bundle:bundle.pem.");
  });
}

/** Reads the file, and those that it names. Undefined when it says nothing of pod security. Throws `bad-option`. */
export function readAdmissionFile(path: string): PodSecuritySettings | undefined {
  const plugins = reading(path, readAdmissionConfiguration);
  let settings: PodSecuritySettings | undefined;
  for (const { name = "", path: other = "", configuration } of plugins) {
    if (name !== "PodSecurity")
      throw unusable(path, `plug-in "${name}" takes no configuration here, only PodSecurity does`);
    // As upstream, the first is taken.
    if (settings !== undefined || (configuration === undefined && other === "")) continue;
    settings =
      configuration === undefined
        ? reading(resolve(dirname(path), other), podSecurityOf)
        : understood(path, () => podSecurityOf(configuration));
  }
  return settings;
}

function podSecurityOf(data: unknown): PodSecuritySettings {
  const { settings, errors } = readPodSecurity(data);
  if (errors.empty) return settings;
  throw new TypeError(errors.list.map(({ message }) => message).join("; "));
}

function reading<T>(path: string, read: (document: JsonDocument) => T): T {
  return understood(path, () => read(parseYamlDocument(readFileSync(path))));
}

function understood<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw unusable(path, messageOf(cause), cause);
  }
}

function unusable(path: string, why: string, cause?: unknown): ClusterError {
  const message = `Cannot use admission configuration "${path}": ${why}`;
  const remedy = "Correct the file, or leave out --admission-control-config-file.";
  return new ClusterError("bad-option", message, remedy, { cause });
}
