/**
 * The names of types in OpenAPI: `io.k8s.api.core.v1.Pod` for built-in types, `com.example.v1.Widget` for
 * custom kinds. Types that have no name (parts of custom kinds) are written in place.
 */
import type { Resource } from "../resource.ts";
import type { Schema, Type } from "../schema/mod.ts";
import * as types from "../types/mod.ts";
import { INFO_NAME, Info } from "./root-paths.ts";

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

/** The package of each group of tables, `meta` first. */
const PACKAGES = {
  meta: META,
  admission: "io.k8s.api.admission.v1",
  admissionregistration: "io.k8s.api.admissionregistration.v1",
  apidiscovery: "io.k8s.api.apidiscovery.v2",
  apiextensions: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1",
  apiregistration: "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1",
  apps: "io.k8s.api.apps.v1",
  audit: "io.k8s.apiserver.pkg.apis.audit.v1",
  authentication: "io.k8s.api.authentication.v1",
  authorization: "io.k8s.api.authorization.v1",
  autoscaling: "io.k8s.api.autoscaling.v2",
  autoscalingV1: "io.k8s.api.autoscaling.v1",
  batch: "io.k8s.api.batch.v1",
  certificates: "io.k8s.api.certificates.v1",
  coordination: "io.k8s.api.coordination.v1",
  core: "io.k8s.api.core.v1",
  customMetrics: "io.k8s.metrics.pkg.apis.custom_metrics.v1beta2",
  discovery: "io.k8s.api.discovery.v1",
  events: "io.k8s.api.events.v1",
  externalMetrics: "io.k8s.metrics.pkg.apis.external_metrics.v1beta1",
  flowcontrol: "io.k8s.api.flowcontrol.v1",
  metrics: "io.k8s.metrics.pkg.apis.metrics.v1beta1",
  networking: "io.k8s.api.networking.v1",
  node: "io.k8s.api.node.v1",
  policy: "io.k8s.api.policy.v1",
  rbac: "io.k8s.api.rbac.v1",
  resource: "io.k8s.api.resource.v1",
  scheduling: "io.k8s.api.scheduling.v1",
  storage: "io.k8s.api.storage.v1",
} satisfies Record<keyof typeof types, string>;

export class SchemaNames {
  readonly #names = new Map<Schema, string>();
  readonly #kinds = new Map<string, Type>();

  constructor(resources: Iterable<Pick<Resource, "type">>) {
    for (const [group, name] of Object.entries(PACKAGES)) {
      const tables: Readonly<Record<string, unknown>> = types[group as keyof typeof types];
      for (const table of Object.values(tables))
        if (isNamed(table)) this.#add(table, `${name}.${table.name}`);
    }
    this.#add(Info, INFO_NAME);
    for (const { type } of resources) if (type.gvk !== undefined) this.#add(type, customName(type.gvk));
  }

  /** `undefined` for a type that is written in place. */
  of(schema: Schema): string | undefined {
    return this.#names.get(schema);
  }

  /** The type of a kind, when it is known. */
  kind(group: string, version: string, kind: string): Type | undefined {
    return this.#kinds.get(`${group}/${version}/${kind}`);
  }

  #add(schema: Schema, name: string): void {
    if (!this.#names.has(schema)) this.#names.set(schema, name);
    if (schema.form !== "message" || schema.gvk === undefined) return;
    const { group, version, kind } = schema.gvk;
    const key = `${group}/${version}/${kind}`;
    if (!this.#kinds.has(key)) this.#kinds.set(key, schema);
  }
}

function isNamed(
  table: unknown,
): table is Schema & { readonly form: "message" | "union"; readonly name: string } {
  if (typeof table !== "object" || table === null || !("form" in table)) return false;
  return table.form === "message" || table.form === "union";
}

/** `com.example.v1.Widget` of `example.com/v1`. */
function customName({ group, version, kind }: { group: string; version: string; kind: string }): string {
  return [...group.split(".").reverse(), version, kind].join(".");
}
