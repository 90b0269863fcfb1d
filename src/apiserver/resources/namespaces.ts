/**
 * Namespaces: a new one commits together with its `default` ServiceAccount and the cluster's root
 * certificate, so that no client can race either; a deleted one stays, Terminating, until its content and
 * finalizers are gone.
 */
import type { KubeObject, Namespace } from "#api";
import type { Write } from "#store";
import { forbidden } from "#api";
import { keyOf } from "../registry/keys.ts";
import { putOf } from "../registry/registry.ts";
import type { Behaviour, WriteContext } from "./behaviour.ts";
import { newObject } from "./new-object.ts";

const ROOT_CA = "kube-root-ca.crt";
/** Namespaces that the cluster cannot be without. */
const IMMORTAL = new Set(["default", "kube-system", "kube-public"]);

/** `rootCertificate`: PEM of the authorities that clients inside the cluster trust the API server by. */
export function namespaces(rootCertificate: string): Behaviour {
  return {
    onCreate(draft, context) {
      if (context.dryRun) return { checks: [], writes: [] };
      const namespace = draft.metadata.name ?? "";
      const description = "The authorities that vouch for the API server inside the cluster.";
      const config = {
        metadata: { name: ROOT_CA, namespace, annotations: { "kubernetes.io/description": description } },
        data: { "ca.crt": rootCertificate },
      };
      const writes = [
        first(context, "serviceaccounts", { metadata: { name: "default", namespace } }),
        first(context, "configmaps", config),
      ].filter((write) => write !== undefined);
      return { checks: writes.map(({ key }) => ({ key, modRevision: 0 })), writes };
    },
    holdsDeletion: (object) => ((object as Namespace).spec.finalizers ?? []).length > 0,
    beginDeletion(draft) {
      (draft as Namespace).status.phase = "Terminating";
      delete draft.metadata.deletionGracePeriodSeconds;
    },
    validateDelete(old) {
      const name = old.metadata.name ?? "";
      if (IMMORTAL.has(name))
        throw forbidden({ group: "", plural: "namespaces" }, name, "this namespace may not be deleted");
    },
    returnsDeleted: true,
  };
}

function first(
  context: WriteContext,
  plural: string,
  body: { readonly metadata: { readonly namespace: string; readonly name: string } },
): Write | undefined {
  const { registry, seen } = context;
  const resource = registry.catalog.of("", plural);
  const key = keyOf(resource, body.metadata.namespace, body.metadata.name);
  if (seen.read(key) !== undefined) return undefined;
  const object: KubeObject = newObject(registry.env, resource, body);
  return putOf(registry, resource, key, object).write;
}
