/**
 * Secrets.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  bool,
  bytes,
  known,
  kind,
  map,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { defaultSecret } from "./secret-defaults.ts";

export type SecretType = Value<typeof SecretType>;
export const SecretType = known(
  "Opaque",
  "bootstrap.kubernetes.io/token",
  "kubernetes.io/basic-auth",
  "kubernetes.io/dockercfg",
  "kubernetes.io/dockerconfigjson",
  "kubernetes.io/service-account-token",
  "kubernetes.io/ssh-auth",
  "kubernetes.io/tls",
);

export interface Secret extends Shape<typeof Secret>, Plain {}
export const Secret = kind<Secret>("v1", "Secret")(
  {
    metadata: struct(1, ObjectMeta),
    immutable: optional(5, bool),
    data: omitempty(2, map(bytes)),
    stringData: omitempty(4, map(string)),
    type: omitempty(3, SecretType),
  },
  { default: defaultSecret },
);

export type SecretList = KubeList<Secret>;
export const SecretList = kindList(Secret);
