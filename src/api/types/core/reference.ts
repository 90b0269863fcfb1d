/**
 * References to objects, and to fields and keys of objects.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  always,
  bool,
  field,
  inline,
  int32,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  quantity,
  type Shape,
  string,
} from "../../schema/mod.ts";
import { defaultFieldSelector } from "./reference-defaults.ts";

export interface LocalObjectReference extends Shape<typeof LocalObjectReference>, Plain {}
export const LocalObjectReference = message<LocalObjectReference>("LocalObjectReference", { atomic: true })({
  name: omitempty(1, string, { default: "" }),
});

export interface ConfigMapKeySelector extends Shape<typeof ConfigMapKeySelector>, Plain {}
export const ConfigMapKeySelector = message<ConfigMapKeySelector>("ConfigMapKeySelector", { atomic: true })({
  ...inline(1, LocalObjectReference),
  key: field(2, string),
  optional: optional(3, bool),
});

export interface FileKeySelector extends Shape<typeof FileKeySelector>, Plain {}
export const FileKeySelector = message<FileKeySelector>("FileKeySelector", { atomic: true })({
  volumeName: field(1, string),
  path: field(2, string),
  key: field(3, string),
  optional: optional(4, bool, { default: false }),
});

export interface KeyToPath extends Shape<typeof KeyToPath>, Plain {}
export const KeyToPath = message<KeyToPath>("KeyToPath")({
  key: field(1, string),
  path: field(2, string),
  mode: optional(3, int32),
});

export interface ObjectFieldSelector extends Shape<typeof ObjectFieldSelector>, Plain {}
export const ObjectFieldSelector = message<ObjectFieldSelector>("ObjectFieldSelector", { atomic: true })(
  {
    apiVersion: omitempty(1, string),
    fieldPath: field(2, string),
  },
  { default: defaultFieldSelector },
);

export interface ObjectReference extends Shape<typeof ObjectReference>, Plain {}
export const ObjectReference = message<ObjectReference>("ObjectReference", { atomic: true })({
  kind: omitempty(1, string),
  namespace: omitempty(2, string),
  name: omitempty(3, string),
  uid: omitempty(4, string),
  apiVersion: omitempty(5, string),
  resourceVersion: omitempty(6, string),
  fieldPath: omitempty(7, string),
});

export interface ResourceFieldSelector extends Shape<typeof ResourceFieldSelector>, Plain {}
export const ResourceFieldSelector = message<ResourceFieldSelector>("ResourceFieldSelector", {
  atomic: true,
})({
  containerName: omitempty(1, string),
  resource: field(2, string),
  divisor: always(3, quantity),
});

export interface SecretKeySelector extends Shape<typeof SecretKeySelector>, Plain {}
export const SecretKeySelector = message<SecretKeySelector>("SecretKeySelector", { atomic: true })({
  ...inline(1, LocalObjectReference),
  key: field(2, string),
  optional: optional(3, bool),
});

export interface SecretReference extends Shape<typeof SecretReference>, Plain {}
export const SecretReference = message<SecretReference>("SecretReference", { atomic: true })({
  name: omitempty(1, string),
  namespace: omitempty(2, string),
});

export interface TypedLocalObjectReference extends Shape<typeof TypedLocalObjectReference>, Plain {}
export const TypedLocalObjectReference = message<TypedLocalObjectReference>("TypedLocalObjectReference", {
  atomic: true,
})({
  apiGroup: nullable(1, string),
  kind: field(2, string),
  name: field(3, string),
});

export interface TypedObjectReference extends Shape<typeof TypedObjectReference>, Plain {}
export const TypedObjectReference = message<TypedObjectReference>("TypedObjectReference")({
  apiGroup: nullable(1, string),
  kind: field(2, string),
  name: field(3, string),
  namespace: optional(4, string, { gate: "CrossNamespaceVolumeDataSource" }),
});
