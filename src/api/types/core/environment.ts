/**
 * Environment variables and where they come from.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  bool,
  field,
  inline,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
} from "../../schema/mod.ts";
import {
  ConfigMapKeySelector,
  FileKeySelector,
  LocalObjectReference,
  ObjectFieldSelector,
  ResourceFieldSelector,
  SecretKeySelector,
} from "./reference.ts";

export interface ConfigMapEnvSource extends Shape<typeof ConfigMapEnvSource>, Plain {}
export const ConfigMapEnvSource = message<ConfigMapEnvSource>("ConfigMapEnvSource")({
  ...inline(1, LocalObjectReference),
  optional: optional(2, bool),
});

export interface SecretEnvSource extends Shape<typeof SecretEnvSource>, Plain {}
export const SecretEnvSource = message<SecretEnvSource>("SecretEnvSource")({
  ...inline(1, LocalObjectReference),
  optional: optional(2, bool),
});

export interface EnvFromSource extends Shape<typeof EnvFromSource>, Plain {}
export const EnvFromSource = message<EnvFromSource>("EnvFromSource")({
  prefix: omitempty(1, string),
  configMapRef: optional(2, ConfigMapEnvSource),
  secretRef: optional(3, SecretEnvSource),
});

export interface EnvVarSource extends Shape<typeof EnvVarSource>, Plain {}
export const EnvVarSource = message<EnvVarSource>("EnvVarSource")({
  fieldRef: optional(1, ObjectFieldSelector),
  resourceFieldRef: optional(2, ResourceFieldSelector),
  configMapKeyRef: optional(3, ConfigMapKeySelector),
  secretKeyRef: optional(4, SecretKeySelector),
  fileKeyRef: optional(5, FileKeySelector, { gate: "EnvFiles" }),
});

export interface EnvVar extends Shape<typeof EnvVar>, Plain {}
export const EnvVar = message<EnvVar>("EnvVar")({
  name: field(1, string),
  value: omitempty(2, string),
  valueFrom: optional(3, EnvVarSource),
});
