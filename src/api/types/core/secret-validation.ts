/** Validation of secrets: keys, size, and what each type of secret must hold. */
import { atKey, type FieldErrors } from "../../field-errors.ts";
import { configMapKey } from "../../names/qualified-name.ts";
import { sameField } from "../../same-of.ts";
import { Secret } from "./secret.ts";

/** Of all values together. */
const maxDataBytes = 1024 * 1024;

const serviceAccountName = "kubernetes.io/service-account.name";

type Rule = (secret: Secret, errors: FieldErrors) => void;

function json(key: string): Rule {
  return ({ data }, errors) => {
    const path = atKey("data", key);
    const value = data?.[key];
    if (value === undefined) return errors.required(path);
    try {
      JSON.parse(Buffer.from(value, "base64").toString());
    } catch {
      errors.invalid(path, "<secret contents redacted>", "must be JSON"); // no more to say
    }
  };
}

function needs(...keys: readonly string[]): Rule {
  return ({ data }, errors) => {
    for (const key of keys) if (data?.[key] === undefined) errors.required(atKey("data", key));
  };
}

const rules: Readonly<Record<string, Rule>> = {
  "kubernetes.io/service-account-token": ({ metadata }, errors) => {
    if (!metadata.annotations?.[serviceAccountName]) {
      errors.required(atKey("metadata.annotations", serviceAccountName));
    }
  },
  "kubernetes.io/dockercfg": json(".dockercfg"),
  "kubernetes.io/dockerconfigjson": json(".dockerconfigjson"),
  "kubernetes.io/basic-auth": ({ data }, errors) => {
    if (data?.username !== undefined || data?.password !== undefined) return;
    errors.required("data[username]");
    errors.required("data[password]");
  },
  "kubernetes.io/ssh-auth": ({ data }, errors) => {
    if (!data?.["ssh-privatekey"]) errors.required("data[ssh-privatekey]");
  },
  "kubernetes.io/tls": needs("tls.crt", "tls.key"),
};

export function validateSecret(secret: Secret, errors: FieldErrors): void {
  let total = 0;
  for (const [key, value] of Object.entries(secret.data ?? {})) {
    errors.invalidEach(atKey("data", key), key, configMapKey(key));
    total += Buffer.from(value, "base64").length;
  }
  if (total > maxDataBytes) errors.tooLong("data", maxDataBytes);
  const type = secret.type ?? "";
  if (Object.hasOwn(rules, type)) rules[type]?.(secret, errors);
}

export function validateSecretUpdate(secret: Secret, old: Secret, errors: FieldErrors): void {
  if (secret.type !== old.type) errors.invalid("type", secret.type ?? "", "field is immutable");
  if (old.immutable) {
    const why = "field is immutable when `immutable` is set";
    if (!secret.immutable) errors.forbidden("immutable", why);
    if (!sameField(Secret, "data", secret, old)) errors.forbidden("data", why);
  }
  validateSecret(secret, errors);
}
